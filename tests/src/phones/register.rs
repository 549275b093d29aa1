//! What stands in the county of these tests before the first phone comes.

use super::county::{County, HERE, OTHER_VILLAGE, TOWN, VILLAGE, household, person, staff};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::time::UnixMs;
use domain::value::Value;

/// An area's code as a value.
pub fn code(area: AreaCode) -> Value {
    Value::Int(i64::try_from(area.0).unwrap())
}

fn codes(list: &[&str]) -> Value {
    Value::List(list.iter().map(|one| (*one).to_owned()).collect())
}

impl County {
    /// Areas, staff, duties, forms and people.
    pub fn furnish(&self, now_ms: UnixMs) {
        for (area, name, parent) in [
            (HERE, "云龙县", None),
            (TOWN, "诺邓镇", Some(HERE)),
            (VILLAGE, "民主村", Some(TOWN)),
            (OTHER_VILLAGE, "和平村", Some(TOWN)),
        ] {
            let mut fields = vec![(keys::CODE, code(area)), (keys::NAME, name.into())];
            fields.extend(parent.map(|parent| (keys::PARENT, code(parent))));
            self.put(RecordKind::Area, RecordId::named("area", &area.to_string()), &fields, now_ms);
        }
        for (name, role, area) in [
            ("杨洁", "assistance_officer", VILLAGE),
            ("杨洁", "child_director", VILLAGE),
            ("和平", "assistance_officer", VILLAGE),
            ("县管", "county_admin", HERE),
        ] {
            self.put(RecordKind::Staff, staff(name), &[(keys::NAME, name.into())], now_ms);
            let fields = [
                (keys::STAFF, Value::text(staff(name).to_string())),
                (keys::ROLE, role.into()),
                (keys::AREA, code(area)),
                (keys::FROM, "2020-01-01".into()),
            ];
            let id = RecordId::named("assignment", &format!("{name} {role}"));
            self.put(RecordKind::Assignment, id, &fields, now_ms);
        }
        self.duty("elder_monthly", &["DJ", "GL"], &["home", "elsewhere", "phone", "video"], "month", now_ms);
        self.duty("elder_home_quarterly", &["DJ"], &["home"], "quarter", now_ms);
        self.duty("child_monthly", &["LSET"], &["home", "elsewhere"], "month", now_ms);
        self.forms(now_ms);
        self.home("李阿普家", "李阿普", VILLAGE, "三组", now_ms);
        self.member("李阿普", "李阿普家", "1948-03-02", &["DJ", "GL"], now_ms);
        self.member("李小花", "李阿普家", "2017-05-06", &["LSET"], now_ms);
        self.home("张建国家", "张建国", VILLAGE, "一组", now_ms);
        self.member("张建国", "张建国家", "1940-01-01", &["GL"], now_ms);
        self.home("邻村家", "邻村人", OTHER_VILLAGE, "二组", now_ms);
        self.member("邻村人", "邻村家", "1941-01-01", &["GL"], now_ms);
    }

    fn forms(&self, now_ms: UnixMs) {
        for form in [forms::library::elder_visit().unwrap(), forms::library::child_visit().unwrap()] {
            let id = RecordId::named("form", &form.hash().to_string());
            let fields = [
                (keys::HASH, Value::text(form.hash().to_string())),
                (keys::FORM, form.def().id.as_str().into()),
                (keys::DEFINITION, form.canonical().into()),
                (keys::ORDER, Value::List(form.field_order().map(str::to_owned).collect())),
                (keys::AREA, code(HERE)),
            ];
            self.put(RecordKind::Form, id, &fields, now_ms);
        }
        for (form, bound) in [("child_visit", keys::AGE_UNTIL), ("elder_visit", keys::AGE_FROM)] {
            let fields = [(keys::FORM, form.into()), (keys::AREA, code(HERE)), (bound, Value::Int(18))];
            self.put(RecordKind::FormAssignment, RecordId::named("form_assignment", form), &fields, now_ms);
        }
    }

    pub fn duty(&self, name: &str, categories: &[&str], ways: &[&str], cadence: &str, now_ms: UnixMs) {
        let fields = [
            (keys::DUTY, name.into()),
            (keys::TITLE_ZH, name.into()),
            (keys::KIND, "care".into()),
            (keys::CATEGORIES, codes(categories)),
            (keys::WAYS, codes(ways)),
            (keys::METS, codes(&["self", "self_and_carer"])),
            (keys::CADENCE, cadence.into()),
            (keys::ROLES, codes(&["assistance_officer", "child_director"])),
            (keys::AREA, code(HERE)),
            (keys::FROM, "2024-01-01".into()),
        ];
        self.put(RecordKind::Duty, RecordId::named("duty", name), &fields, now_ms);
    }

    pub fn home(&self, name: &str, head: &str, village: AreaCode, group: &str, now_ms: UnixMs) {
        let fields = [(keys::NAME, head.into()), (keys::VILLAGE, code(village)), (keys::GROUP, group.into())];
        self.put(RecordKind::Household, household(name), &fields, now_ms);
    }

    pub fn member(&self, name: &str, home: &str, born: &str, categories: &[&str], now_ms: UnixMs) {
        let village = if home == "邻村家" { OTHER_VILLAGE } else { VILLAGE };
        let starts: Vec<String> = categories.iter().map(|one| format!("category/{one}/start")).collect();
        let mut fields = vec![
            (keys::NAME, Value::from(name)),
            (keys::BORN, born.into()),
            (keys::SEX, "1".into()),
            (keys::VILLAGE, code(village)),
            (keys::HOUSEHOLD, Value::text(household(home).to_string())),
            (keys::PHONE, "13900000000".into()),
            (keys::ID_NUMBER, "53292919480302045X".into()),
        ];
        fields.extend(starts.iter().map(|key| (key.as_str(), Value::from("2024-01-01"))));
        self.put(RecordKind::Person, person(name), &fields, now_ms);
    }

    /// So many people of the village of whom no duty asks anything; how to find each fills a quarter of a page.
    pub fn crowd(&self, count: u32, now_ms: UnixMs) {
        let one = |number: u32| {
            let name = format!("村民{number}");
            let fields = vec![
                (keys::NAME, Value::text(name.as_str())),
                (keys::DIRECTIONS, Value::text("过了桥往上走，".repeat(750))),
                (keys::VILLAGE, code(VILLAGE)),
            ];
            (RecordRef { kind: RecordKind::Person, id: person(&name) }, fields)
        };
        self.put_all((0..count).map(one).collect(), now_ms);
    }
}
