//! The columns of the lists, and what offices call them.

use super::List;
use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal [$($also:literal),*];)*) => {
        /// A column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// Every column, in the order in which lists have them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Its head, as it is written in what is exported.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// The same in English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }

            /// What else offices call it.
            fn also(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($also),*],)* }
            }
        }
    };
}

fields! {
    /// The township.
    Township "township" "乡镇" "Township" ["所在乡镇", "乡镇名称", "乡(镇)", "乡镇(街道)", "镇", "乡"];
    /// The village; of staff an area of any level.
    Village "village" "村" "Village" ["村委会", "行政村", "所在村", "村名", "村(社区)", "村(居)", "村居", "村社区", "社区", "区划"];
    /// The village group.
    Group "group" "小组" "Group" ["组", "村民小组", "村小组", "村组", "所在小组", "组别"];
    /// The head of the household.
    Head "head" "户主" "Head of household" ["户主姓名", "户主名"];
    /// What somebody is to the head.
    Relation "relation" "与户主关系" "Relation to the head" ["与户主的关系", "户主关系", "家庭关系", "关系"];
    /// The name.
    Name "name" "姓名" "Name" ["名字", "对象姓名", "服务对象", "服务对象姓名"];
    /// The ID number.
    IdNumber "id_number" "身份证号" "ID number" ["身份证", "身份证号码", "公民身份号码", "公民身份证号码", "居民身份证号", "证件号码", "身份证件号码"];
    /// A county's own number.
    LocalNumber "local_number" "县内编号" "County's own number" ["编号"];
    /// Sex, of whom no ID number says it.
    Sex "sex" "性别" "Sex" [];
    /// Date of birth, of whom no ID number says it.
    Born "born" "出生日期" "Born" ["出生年月日", "生日"];
    /// What was said of the age, of whom no date of birth is known.
    AgeSaid "age_said" "大人/孩子" "Adult or child" ["大人还是孩子", "大人或孩子", "孩子/大人"];
    /// Categories.
    Categories "categories" "类别" "Categories" ["对象类别", "人员类别", "服务对象类别", "救助类别"];
    /// Since when new categories hold.
    Since "since" "起始日期" "Since" ["类别起始日期", "纳入日期", "起始时间", "开始日期"];
    /// A role.
    Role "role" "角色" "Role" ["职责", "分工", "岗位"];
    /// The telephone.
    Phone "phone" "电话" "Telephone" ["联系电话", "本人电话", "电话号码", "手机", "手机号", "手机号码", "联系方式"];
    /// Who cares for them: a name, a number or both.
    Carer "carer" "照料人" "Carer" ["照料人姓名", "照护人", "照护人姓名", "照料人及电话"];
    /// The carer's telephone, where it has a column of its own.
    CarerPhone "carer_phone" "照料人电话" "Carer's telephone" ["照护人电话", "照料人联系电话"];
    /// Where the house is.
    Address "address" "住址" "Address" ["家庭住址", "居住地址", "现住址", "详细地址", "地址", "怎么找到这家"];
}

impl Field {
    /// The columns of a list.
    pub fn of(list: List) -> impl Iterator<Item = Self> {
        use Field::{Name, Phone, Role, Village};
        let all = Self::ALL.iter().copied();
        all.filter(move |field| match list {
            List::People => *field != Role,
            List::Staff => matches!(field, Name | Role | Village | Phone),
        })
    }

    /// Columns without which no row of a list can be read.
    pub fn needed(list: List) -> &'static [Self] {
        match list {
            List::People => &[Self::Village, Self::Name],
            List::Staff => &[Self::Name, Self::Role, Self::Village],
        }
    }

    /// The column of a list that is called so, whatever is set around it.
    pub fn called(list: List, head: &str) -> Option<Self> {
        let head = plain(head);
        Self::of(list)
            .find(|field| field.zh() == head || field.also().contains(&head.as_str()) || field.code() == head)
    }

    /// Whether one cell of it may be merged over the rows of a home, a group or a village.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Township | Self::Village | Self::Group | Self::Head | Self::Address)
    }
}

/// A head without blanks, marks and what is said behind it: `* 姓 名（必填）` is 姓名.
fn plain(head: &str) -> String {
    let narrow = |c: char| match c {
        '（' => '(',
        '）' => ')',
        other => other,
    };
    let kept: String = head
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊' | ':' | '：'))
        .map(narrow)
        .collect();
    let remark = ["(必填)", "(选填)", "(可不填)", "(18位)", "(文本)"];
    remark.iter().fold(kept, |head, one| head.replace(one, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn heads_are_known_by_what_offices_write() {
        for (head, field) in [
            ("姓 名", Some(Field::Name)),
            ("*身份证号码（必填）", Some(Field::IdNumber)),
            ("与户主\n关系", Some(Field::Relation)),
            ("乡（镇）", Some(Field::Township)),
            ("家庭住址：", Some(Field::Address)),
            ("备注", None),
            ("角色", None),
        ] {
            assert_eq!(Field::called(List::People, head), field, "{head}");
        }
        assert_eq!(Field::called(List::Staff, "职责"), Some(Field::Role));
        assert_eq!(Field::called(List::Staff, "身份证号"), None);
    }

    #[test]
    fn no_head_means_two_columns() {
        let all: Vec<&str> =
            Field::ALL.iter().flat_map(|one| one.also().iter().copied().chain([one.zh()])).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        for head in all {
            assert_eq!(plain(head), head, "as it is compared");
        }
    }
}
