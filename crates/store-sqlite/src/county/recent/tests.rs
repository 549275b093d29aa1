//! What is answered from memory is what the tables answer.

use super::super::SqliteCounty;
use super::super::tests::{Place, author};
use super::*;
use domain::area::Area;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::Body;
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use std::sync::PoisonError;
use store::county::{Done, Ledger};
use sync::county::Prepared;
use sync::county::prepared::{Job, OwnPatch, OwnRecord};

const COUNTY: AreaCode = AreaCode(532_929_000_000);
const HERE: AreaCode = AreaCode(532_929_101_201);
const THERE: AreaCode = AreaCode(532_929_101_202);
const SCOPE: Scope = Scope { area: HERE, audience: Audience::General };

fn moved(steps: impl IntoIterator<Item = (u64, u64, bool)>) -> Moved {
    let step = |(number, seq, left): (u64, u64, bool)| {
        let record = RecordRef { kind: RecordKind::Visit, id: RecordId::derived(WriterId(1 << 40), number) };
        (FeedMove { scope: SCOPE, record, seq, left }, (!left).then(Arc::default))
    };
    Moved { moves: steps.into_iter().map(step).collect(), digests: Vec::new() }
}

fn rows(recent: &Recent, from: u64) -> Option<usize> {
    let request = FeedRequest { feeds: vec![Position(SCOPE, from)], bytes_max: usize::MAX };
    recent.page(&request).map(|page| page.rows.len())
}

#[test]
fn the_oldest_rows_go_and_whoever_may_miss_them_is_not_answered() {
    let mut recent = Recent::new(ROWS_MAX, 7, BTreeMap::new());
    assert_eq!((rows(&recent, 6), rows(&recent, 7)), (None, Some(0)));
    let most = ROWS_MAX as u64;
    recent.take(moved((0..most).map(|number| (number, 8 + number, false))), 8 + most);
    assert_eq!((rows(&recent, 7), rows(&recent, 8)), (Some(ROWS_MAX), Some(ROWS_MAX - 1)));
    // A record that moves takes no second row, one that left keeps its own.
    recent.take(moved([(3, 9 + most, false), (4, 10 + most, true)]), 10 + most);
    assert_eq!(rows(&recent, 7), Some(ROWS_MAX));
    recent.take(moved([(most, 11 + most, false)]), 11 + most);
    assert_eq!((rows(&recent, 7), rows(&recent, 8)), (None, Some(ROWS_MAX)));
    assert_eq!(rows(&recent, 8 + most), Some(3));
    assert_eq!(recent.rows.len(), recent.places.len());
}

/// Numbers that look random and are the same each time (Steele, Lea, Flood: SplitMix64, 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(usize::try_from(self.below(from.len() as u64)).unwrap()).copied()
    }
}

/// How often what the claim is about was met; nothing is proved by what never was.
#[derive(Debug, Default)]
struct Met {
    /// Rows of records that had left, told from memory.
    left: usize,
    /// Rows of the feed of those responsible for children, told from memory.
    child: usize,
    /// Pages that ended before their feeds, told from memory.
    cut: usize,
    /// Requests that only the tables could answer, because rows had gone.
    gone: usize,
    /// Groups that were undone.
    undone: usize,
}

/// A county with few rows in memory, and the same file as a process reads it that does not write.
struct Play {
    dice: Dice,
    county: SqliteCounty,
    file: SqliteCounty,
    persons: Vec<RecordRef>,
    visits: Vec<RecordRef>,
    parts: Vec<RecordRef>,
    drawn: u64,
}

type Sets = BTreeMap<String, Value>;

fn text(id: RecordRef) -> Value {
    Value::text(id.id.to_string())
}

fn code(area: AreaCode) -> Value {
    Value::Int(area.0.cast_signed())
}

fn sets<const N: usize>(fields: [(&str, Value); N]) -> Sets {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

impl Play {
    async fn begin(place: &Place, seed: u64) -> Self {
        let county = place.open();
        let most = usize::try_from(5 + seed % 40).unwrap();
        county.writing.as_ref().unwrap().recent.write().unwrap().most = most;
        let file = SqliteCounty::open_to_read(&county.path, &county.key, COUNTY).unwrap();
        let (persons, visits, parts) = Default::default();
        let mut play = Self { dice: Dice(seed), county, file, persons, visits, parts, drawn: 0 };
        for (area, above) in [(COUNTY, None), (HERE, Some(COUNTY)), (THERE, Some(COUNTY))] {
            let mut fields = sets([(keys::CODE, code(area)), (keys::NAME, area.to_string().into())]);
            fields.extend(above.map(|above| (keys::PARENT.to_owned(), code(above))));
            let patch = play.patch(OwnRecord::Known(Area::record(area)), fields);
            play.job(vec![patch]).await;
        }
        for category in ["LSLR", "LSET", "LSET"] {
            play.person(category).await;
        }
        play
    }

    fn patch(&mut self, record: OwnRecord, sets: Sets) -> OwnPatch {
        self.drawn += 1;
        let body = Body { sets, salt: WriterId(self.drawn), ..Body::default() };
        OwnPatch { record, form: None, body, seen: None, author: author(), stamp: Stamp::default() }
    }

    fn prepared(patches: Vec<OwnPatch>) -> Prepared {
        let now_ms = Day(20_000).starts_at();
        Prepared { county: COUNTY, now_ms, spare_writer: WriterId(9), job: Job::Append(patches) }
    }

    async fn job(&self, patches: Vec<OwnPatch>) -> Done {
        let done = self.county.run(Self::prepared(patches)).await.unwrap();
        assert_eq!(done.problem, None);
        done
    }

    async fn make(&mut self, kind: RecordKind, sets: Sets) -> RecordRef {
        let patch = self.patch(OwnRecord::New(kind), sets);
        self.job(vec![patch]).await.own.pop().unwrap().0
    }

    fn village(&mut self) -> Value {
        code(self.dice.pick(&[HERE, THERE]).unwrap())
    }

    async fn person(&mut self, category: &str) {
        let born = if category == "LSET" { "2017-05-01" } else { "1950-05-01" };
        let fields = sets([
            (keys::NAME, "杨".into()),
            (keys::BORN, born.into()),
            (keys::VILLAGE, self.village()),
            (&format!("{}{category}/start", keys::CATEGORY), "2020-01-01".into()),
        ]);
        let made = self.make(RecordKind::Person, fields).await;
        self.persons.push(made);
    }

    async fn visit(&mut self) {
        let happened = Happened::morning(Day(19_990)).to_string();
        let village = self.village();
        let fields =
            sets([(keys::VILLAGE, village), (keys::WAY, "home".into()), (keys::HAPPENED, happened.into())]);
        let visit = self.make(RecordKind::Visit, fields).await;
        let person = self.dice.pick(&self.persons).unwrap();
        let fields =
            sets([(keys::VISIT, text(visit)), (keys::SUBJECT, text(person)), (keys::MET, "self".into())]);
        let part = self.make(RecordKind::Part, fields).await;
        self.visits.push(visit);
        self.parts.push(part);
    }

    /// Somebody moves, or is known better, or a part turns out to be about another person.
    fn change(&mut self) -> Option<OwnPatch> {
        let (record, fields) = match self.dice.below(6) {
            0..=2 => {
                let village = self.village();
                (self.dice.pick(&self.persons)?, sets([(keys::VILLAGE, village)]))
            }
            3 => {
                let number = self.dice.below(4).to_string();
                (self.dice.pick(&self.persons)?, sets([(keys::PHONE, number.into())]))
            }
            4 => {
                let person = self.dice.pick(&self.persons)?;
                (self.dice.pick(&self.parts)?, sets([(keys::SUBJECT, text(person))]))
            }
            _ => (self.dice.pick(&self.visits)?, sets([(keys::WAY, "phone".into())])),
        };
        Some(self.patch(OwnRecord::Known(record), fields))
    }

    async fn step(&mut self, met: &mut Met) {
        match self.dice.below(10) {
            0 => self.person("LSET").await,
            1 => self.person("LSLR").await,
            2..=4 => self.visit().await,
            5 => {
                // Two jobs in one group: what the first has moved the second may move again.
                let (one, two) = (self.change(), self.change());
                let jobs =
                    [one, two].map(|patch| self.county.run(Self::prepared(patch.into_iter().collect())));
                let [one, two] = jobs;
                let (one, two) = tokio::join!(one, two);
                assert!(one.is_ok() && two.is_ok());
            }
            6 => {
                // A group that comes to nothing: its job is sound, the one behind it is not.
                let sound = self.change().into_iter().collect();
                let fails =
                    self.county.write(|_| -> Result<(), StoreError> { panic!("in the middle of it") });
                let (_, failed) = tokio::join!(self.county.run(Self::prepared(sound)), fails);
                assert!(failed.is_err());
                met.undone += 1;
            }
            _ => {
                if let Some(patch) = self.change() {
                    self.job(vec![patch]).await;
                }
            }
        }
    }

    /// Asks for pages of several feeds from several places.
    async fn compare(&mut self, met: &mut Met) {
        let recent = Arc::clone(&self.county.writing.as_ref().unwrap().recent);
        let (since, last) = {
            let recent = recent.read().unwrap_or_else(PoisonError::into_inner);
            assert!(recent.ages.len() <= recent.most);
            assert_eq!((recent.rows.len(), recent.places.len()), (recent.ages.len(), recent.ages.len()));
            (recent.since, recent.last)
        };
        for bytes_max in [1, 200, 900, 1 << 20] {
            let scopes = [COUNTY, HERE, THERE].into_iter().flat_map(|area| {
                [Audience::General, Audience::Child].map(|audience| Scope { area, audience })
            });
            // Most ask from where memory reaches back to, some from before it.
            let least = if self.dice.below(3) == 0 { since.saturating_sub(3) } else { since };
            let from = |dice: &mut Dice| least + dice.below(last - least + 1);
            let feeds: Vec<Position> = scopes.map(|scope| Position(scope, from(&mut self.dice))).collect();
            let request = FeedRequest { feeds, bytes_max };
            let before = request.feeds.iter().any(|one| one.1 < since);
            let page = recent.read().unwrap_or_else(PoisonError::into_inner).page(&request);
            assert_eq!(page.is_none(), before, "whoever may miss something, and nobody else, is sent on");
            let file = self.file.changes_since(request.clone()).await.unwrap();
            if let Some(page) = &page {
                assert_eq!(*page, file, "from {least}, {bytes_max} bytes");
                met.left += page.rows.iter().filter(|row| row.head.is_none()).count();
                let child = |row: &&store::county::FeedRow| {
                    request.feeds[usize::from(row.feed)].0.audience == Audience::Child
                };
                met.child += page.rows.iter().filter(child).count();
                met.cut += usize::from(page.more);
            } else {
                met.gone += 1;
            }
            assert_eq!(self.county.changes_since(request).await.unwrap(), file);
        }
    }
}

/// `SHANFANG_CASES` raises the number of plays.
#[tokio::test]
async fn after_any_writes_memory_answers_as_the_tables_do() {
    let plays = std::env::var("SHANFANG_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let mut met = Met::default();
    for seed in 0..plays {
        let place = Place::new(&format!("recent-{seed}"));
        let mut play = Play::begin(&place, seed).await;
        for _ in 0..40 {
            play.step(&mut met).await;
            play.compare(&mut met).await;
        }
    }
    let Met { left, child, cut, gone, undone } = met;
    assert!(
        [left, child, cut, gone, undone].iter().all(|times| *times > 10),
        "{left} {child} {cut} {gone} {undone}"
    );
}
