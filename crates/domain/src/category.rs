//! 服务对象类别: the categories of people and households, dated, several at once.
//!
//! Codes and legal bases: the project's policy notes B1–B4 (社会救助暂行办法, 老年人权益保障法,
//! 国发〔2016〕13号, 国发〔2016〕36号, 民发〔2019〕62号, 残疾人保障法).

use crate::time::Day;
use serde::{Deserialize, Serialize};

crate::staff::codes! {
    /// A category that a duty can name. A code that is not listed here is kept and shown raw.
    Category {
        MinimumLivingAllowance "DB" "低保" "minimum living allowance";
        Destitute "TK" "特困" "destitute";
        AllowanceMargin "DBBY" "低保边缘" "margin of the allowance";
        RigidExpense "GXZC" "刚性支出困难" "hardship by rigid expense";
        TemporaryAid "LSJZ" "临时救助" "temporary aid";
        PovertyWatch "FPJC" "防止返贫监测" "watched against a return to poverty";
        Relocated "YDBQ" "易地搬迁" "relocated";
        ElderLeftBehind "LSLR" "留守老人" "elder left behind";
        ElderEmptyNest "KC" "空巢老人" "elder without a child at home";
        ElderAlone "DJ" "独居老人" "elder living alone";
        ElderAged "GL" "高龄老人" "elder of 80 and over";
        Disabled "SN" "失能老人" "elder unable to care for themselves";
        Dementia "SZ" "失智老人" "elder with dementia";
        SeverelyDisabledElder "ZC" "重残老人" "severely disabled elder";
        FamilyPlanningLoss "JS" "计生特殊家庭" "family that lost its only child";
        Orphan "GE" "孤儿" "orphan";
        FactuallyUnattended "SSWR" "事实无人抚养儿童" "child in fact without care";
        ChildLeftBehind "LSET" "留守儿童" "child left behind";
        MigrantChild "LDET" "流动儿童" "migrant child";
        ChildInDifficulty "KJET" "困境儿童" "child in difficulty";
        DisabledPerson "CJR" "残疾人" "disabled person";
        MentalIllness "JSZA" "严重精神障碍" "severe mental illness";
    }
}

crate::staff::codes! {
    /// By what a list of people is looked through. Somebody may be in several of these.
    ListedAs {
        Elder "elder" "老人" "elders";
        Child "child" "儿童" "children";
        Allowance "allowance" "低保" "minimum living allowance";
        Destitute "destitute" "特困" "destitute";
        Disabled "disabled" "残疾" "disabled";
        Other "other" "其他" "others";
    }
}

impl Category {
    /// How whoever is in it is listed; nothing but 其他 for some.
    pub fn listed_as(self) -> &'static [ListedAs] {
        match self {
            Self::MinimumLivingAllowance => &[ListedAs::Allowance],
            Self::Destitute => &[ListedAs::Destitute],
            Self::ElderLeftBehind
            | Self::ElderEmptyNest
            | Self::ElderAlone
            | Self::ElderAged
            | Self::Disabled
            | Self::Dementia
            | Self::FamilyPlanningLoss => &[ListedAs::Elder],
            Self::SeverelyDisabledElder => &[ListedAs::Elder, ListedAs::Disabled],
            Self::DisabledPerson | Self::MentalIllness => &[ListedAs::Disabled],
            child if child.is_child() => &[ListedAs::Child],
            _ => &[],
        }
    }

    /// Whether only a person under 18 can be in it.
    pub fn is_child(self) -> bool {
        matches!(
            self,
            Self::Orphan
                | Self::FactuallyUnattended
                | Self::ChildLeftBehind
                | Self::MigrantChild
                | Self::ChildInDifficulty
        )
    }
}

/// A category of a person, with its dates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Membership {
    /// The category's code; for a second spell, the code with `.2`, `.3` … is the key, the code stays.
    pub code: String,
    /// The first day; `None` when contested or unknown: then it has always held (still due).
    pub from: Option<Day>,
    /// The first day without it; `None` while it lasts, and while it is contested (still due).
    pub until: Option<Day>,
}

impl Membership {
    /// Whether the person is in the category on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}
