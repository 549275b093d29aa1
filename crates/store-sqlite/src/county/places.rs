//! The places of a record in feeds, kept with the record so that moving it costs two rows.

use crate::codec::{Pack, Unpack, broken};
use domain::ids::AreaCode;
use domain::permission::{Audience, Scope};
use store::StoreError;
use sync::county::outcome::FeedMove;

const VERSION: u8 = 1;

/// A place of a record in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FeedPlace {
    /// The feed.
    pub scope: Scope,
    /// Where in it.
    pub seq: u64,
    /// Whether the record left it.
    pub gone: bool,
}

/// Takes in a move; answers the place that the record had in that feed.
pub(super) fn take_move(places: &mut Vec<FeedPlace>, step: &FeedMove) -> Option<FeedPlace> {
    let fresh = FeedPlace { scope: step.scope, seq: step.seq, gone: step.left };
    match places.iter_mut().find(|place| place.scope == step.scope) {
        Some(place) => Some(std::mem::replace(place, fresh)),
        None => {
            let at = places.partition_point(|place| place.scope < step.scope);
            places.insert(at, fresh);
            None
        }
    }
}

/// Packs the places, ascending by feed.
pub(super) fn pack_places(places: &[FeedPlace]) -> Vec<u8> {
    let mut pack = Pack::new(VERSION);
    pack.count(places.len());
    for place in places {
        pack.number(place.scope.area.0);
        pack.byte(place.scope.audience.number() << 1 | u8::from(place.gone));
        pack.number(place.seq);
    }
    pack.finish()
}

/// Unpacks the places.
pub(super) fn unpack_places(bytes: &[u8]) -> Result<Vec<FeedPlace>, StoreError> {
    let mut unpack = Unpack::new(bytes, VERSION)?;
    let places = unpack.list(|unpack| {
        let (area, audience) = (AreaCode(unpack.number()?), unpack.byte()?);
        let gone = audience & 1 == 1;
        let audience = Audience::from_number(audience >> 1).ok_or_else(|| broken("an unknown audience"))?;
        Ok(FeedPlace { scope: Scope { area, audience }, seq: unpack.number()?, gone })
    })?;
    unpack.end()?;
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalogue::RecordKind;
    use domain::ids::RecordId;
    use domain::patch::RecordRef;

    #[test]
    fn a_record_has_one_place_in_each_feed() {
        let scope = |area, audience| Scope { area: AreaCode(area), audience };
        let record = RecordRef { kind: RecordKind::Part, id: RecordId::named("part", "x") };
        let step = |scope, seq, left| FeedMove { scope, record, seq, left };
        let (one, other) = (scope(532_929_101_201, Audience::Child), scope(1, Audience::General));
        let mut places = Vec::new();
        assert_eq!(take_move(&mut places, &step(one, 7, false)), None);
        assert_eq!(take_move(&mut places, &step(other, 8, false)), None);
        let before = take_move(&mut places, &step(one, 300, true)).unwrap();
        assert_eq!((before.seq, before.gone), (7, false));
        assert_eq!(places.iter().map(|place| place.seq).collect::<Vec<_>>(), [8, 300]);
        assert_eq!(unpack_places(&pack_places(&places)).unwrap(), places);
    }
}
