//! Standings, without their key.

use super::{Pack, Read, Unpack, broken};
use domain::coverage::{Missed, Place, Standing, Status, Step};
use domain::ids::{AreaCode, RecordId};
use domain::period::Period;
use domain::time::Day;

const VERSION: u8 = 1;

/// Packs what a standing says beyond duty, period and person.
pub(crate) fn pack_standing(standing: &Standing) -> Vec<u8> {
    let mut pack = Pack::new(VERSION);
    pack.count(standing.steps.len());
    for step in &standing.steps {
        pack.signed(i64::from(step.day.0));
        pack.number(step.place.area.0);
        pack.count(step.place.categories.len());
        step.place.categories.iter().for_each(|category| pack.text(category));
        pack.byte(step.status.code());
    }
    pack.count(standing.dues.len());
    for (since, due) in &standing.dues {
        pack_day(&mut pack, *since);
        pack_day(&mut pack, *due);
    }
    pack.option(standing.tried_on, pack_day);
    pack.option(standing.met_on, pack_day);
    pack.option(standing.met_by, Pack::id);
    pack.option(standing.missed, |pack, missed| pack.option(missed.until, pack_day));
    pack.finish()
}

fn pack_day(pack: &mut Pack, day: Day) {
    pack.signed(i64::from(day.0));
}

fn unpack_day(unpack: &mut Unpack<'_>) -> Read<Day> {
    unpack.small().map(Day)
}

/// Unpacks a standing of this key.
pub(crate) fn unpack_standing(
    bytes: &[u8],
    duty: String,
    period: Period,
    subject: RecordId,
) -> Read<Standing> {
    let mut unpack = Unpack::new(bytes, VERSION)?;
    let standing = Standing {
        duty,
        period,
        subject,
        steps: unpack.list(unpack_step)?,
        dues: unpack.list(|unpack| Ok((unpack_day(unpack)?, unpack_day(unpack)?)))?,
        tried_on: unpack.option(unpack_day)?,
        met_on: unpack.option(unpack_day)?,
        met_by: unpack.option(Unpack::id)?,
        missed: unpack.option(|unpack| Ok(Missed { until: unpack.option(unpack_day)? }))?,
    };
    unpack.end()?;
    Ok(standing)
}

fn unpack_step(unpack: &mut Unpack<'_>) -> Read<Step> {
    let day = unpack_day(unpack)?;
    let area = AreaCode(unpack.number()?);
    let categories = unpack.list(|unpack| Ok(unpack.text()?.to_owned()))?;
    let status = Status::from_code(unpack.byte()?).ok_or_else(|| broken("a status of a newer version"))?;
    Ok(Step { day, place: Place { area, categories }, status })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::period::{Cadence, Cut};

    #[test]
    fn a_standing_comes_back_whole() {
        let period = Period::containing(Cadence::Month, Cut::Natural, Day(20_000));
        let step = |day, status| Step {
            day: Day(day),
            place: Place { area: AreaCode(532_929_101_201), categories: vec!["DB".into(), "TK".into()] },
            status,
        };
        let full = Standing {
            duty: "elder".into(),
            period,
            subject: RecordId::named("person", "x"),
            steps: vec![step(20_000, Status::NotYet), step(20_003, Status::MetHome)],
            dues: vec![(Day(-1), Day(20_010))],
            tried_on: Some(Day(20_002)),
            met_on: Some(Day(20_003)),
            met_by: Some(RecordId::named("part", "y")),
            missed: Some(Missed { until: Some(Day(20_040)) }),
        };
        let bare = Standing {
            dues: Vec::new(),
            tried_on: None,
            met_on: None,
            met_by: None,
            missed: Some(Missed { until: None }),
            ..full.clone()
        };
        for standing in [full, bare] {
            let bytes = pack_standing(&standing);
            let back = unpack_standing(&bytes, "elder".into(), period, standing.subject).unwrap();
            assert_eq!(back, standing);
        }
    }
}
