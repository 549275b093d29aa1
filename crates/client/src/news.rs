//! 乡镇的答复: what the township said lately of what this worker reported, found or registered.

use crate::app::{App, Open};
use crate::lock::Nothing;
use crate::tell::OrTell;
use domain::catalogue::{RecordKind, keys};
use domain::change::{ChangeState, Registration, key, words_key};
use domain::concern::{Concern, ConcernKind, ConcernState};
use domain::head::{Head, Write};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use domain::visit::{NotMet, Part};
use serde::Serialize;

/// So many days it is new.
const DAYS: i64 = 7;

/// The township's word on a reported change (情况变了).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ChangeView {
    /// What it is.
    pub state: ChangeState,
    /// In its words; of one that was taken back, why.
    pub words: Option<String>,
}

impl ChangeView {
    /// What a person's record says of the change that a part reports.
    pub(crate) fn of(head: &Head, part: RecordId) -> Self {
        let words = head.text(&words_key(part)).map(str::to_owned);
        Self { state: ChangeState::of(head, part), words }
    }
}

/// How far it is with somebody who was registered at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RegistrationView {
    /// What it is.
    pub state: Registration,
    /// In the township's words.
    pub words: Option<String>,
}

impl RegistrationView {
    /// What a person's record says; nothing of whoever was on the list.
    pub(crate) fn of(head: &Head) -> Option<Self> {
        let words = head.text(keys::REGISTRATION_WORDS).map(str::to_owned);
        Registration::of(head).map(|state| Self { state, words })
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// 发现的问题.
    Concern {
        /// What kind.
        kind: ConcernKind,
        /// How far it is.
        state: ConcernState,
    },
    /// 情况变了.
    Change {
        /// What was reported.
        reason: NotMet,
        /// The word on it.
        state: ChangeState,
    },
    /// 登记.
    Registration {
        /// The word on it.
        state: Registration,
    },
}

/// One answer of the township.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct NewsItem {
    /// About whom.
    pub subject: RecordId,
    /// The name as lists show it.
    pub name: String,
    /// What was answered.
    pub answered: Answered,
    /// In its words.
    pub words: Option<String>,
    /// When, as far as clocks can tell.
    pub at_ms: UnixMs,
}

impl Open {
    /// The write of a field that stands alone, was made by somebody else, and lately.
    fn fresh<'h>(&self, head: &'h Head, field: &str, since_ms: UnixMs) -> Option<&'h Write> {
        let [write] = head.fields.get(field)?.as_slice() else { return None };
        (write.author != self.staff && write.at_ms >= since_ms).then_some(write)
    }

    fn news_of(&self, row: RecordRef, head: &Head, since_ms: UnixMs) -> Result<Vec<NewsItem>, Problem> {
        let day = Day::of(since_ms);
        let item = |subject, answered, words: Option<&str>, at_ms| {
            let name = self.listed_name(subject, day)?;
            Ok::<_, Problem>(NewsItem { subject, name, answered, words: words.map(str::to_owned), at_ms })
        };
        let own = |record| self.store.log_of(record).or_tell().map(|log| !log.is_empty());
        let mut news = Vec::new();
        if row.kind == RecordKind::Concern {
            let concern = Concern::read(row.id, head);
            let write = self.fresh(head, keys::STATE, since_ms);
            if let (Some(write), Some(subject)) = (write, concern.subject)
                && own(row)?
            {
                let answered = Answered::Concern { kind: concern.kind, state: concern.state };
                news.push(item(subject, answered, concern.reply.as_deref(), write.at_ms)?);
            }
            return Ok(news);
        }
        if let (Some(write), Some(state)) =
            (self.fresh(head, keys::REGISTRATION, since_ms), Registration::of(head))
            && own(row)?
        {
            let words = head.text(keys::REGISTRATION_WORDS);
            news.push(item(row.id, Answered::Registration { state }, words, write.at_ms)?);
        }
        for (rest, _) in head.under(keys::CHANGE) {
            let Ok(part) = rest.parse::<RecordId>() else { continue };
            let Some(write) = self.fresh(head, &key(part), since_ms) else { continue };
            let record = RecordRef { kind: RecordKind::Part, id: part };
            let stored = self.store.record(record).or_tell()?;
            let reason = stored.and_then(|row| Part::read(part, row.head()?).reason);
            let Some(reason) = reason else { continue };
            if own(record)? {
                let answered = Answered::Change { reason, state: ChangeState::of(head, part) };
                news.push(item(row.id, answered, head.text(&words_key(part)), write.at_ms)?);
            }
        }
        Ok(news)
    }
}

impl App {
    /// What the township said lately of what this worker brought, the latest first.
    /// O(people and concerns on the phone).
    ///
    /// # Errors
    /// Those of the database.
    pub fn news(&mut self, _: Nothing) -> Result<Vec<NewsItem>, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let since_ms = today.starts_at() - DAYS * 86_400_000;
        let mut news = Vec::new();
        for kind in [RecordKind::Concern, RecordKind::Person] {
            for row in open.store.records_of(kind).or_tell()? {
                if let Some(head) = row.head() {
                    news.extend(open.news_of(row.record, head, since_ms)?);
                }
            }
        }
        news.sort_by_key(|one| (std::cmp::Reverse(one.at_ms), one.subject));
        Ok(news)
    }
}
