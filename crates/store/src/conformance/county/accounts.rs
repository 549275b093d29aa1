//! Claims about accounts, sessions and the access log.

use super::world::{NEIGHBOUR, OFFICER, World, staff};
use crate::conformance::{Outcome, claim, same};
use crate::county::{Access, Account, DeskSession};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::ids::RecordId;
use domain::patch::RecordRef;

fn account(login: &str, holder: RecordId) -> Account {
    Account {
        staff: holder,
        login: login.to_owned(),
        password: "argon2id".to_owned(),
        first: true,
        closed: false,
        made_ms: 7,
    }
}

pub async fn accounts(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let (one, other) = (account("yangjie", staff(OFFICER)), account("wangmin", staff(NEIGHBOUR)));
    claim!(directory.put_account(one.clone()).await?, "the first");
    claim!(directory.put_account(other.clone()).await?, "another's");
    claim!(!directory.put_account(account("wangmin", staff(OFFICER))).await?, "a name that is taken");
    same!(directory.account("yangjie").await?, Some(one), "left as it was");
    let renamed = Account { first: false, closed: true, ..account("yangj", staff(OFFICER)) };
    claim!(directory.put_account(renamed.clone()).await?, "one's own account, changed");
    same!(directory.account("yangjie").await?, None, "the former name is free");
    same!(directory.accounts().await?, [other, renamed], "all, by log-in name");
    Ok(())
}

pub async fn sessions(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let session = |number: u8, holder: RecordId, begun_ms| DeskSession {
        token: Hash([number; 32]),
        staff: holder,
        begun_ms,
    };
    let (mine, neighbours) = (staff(OFFICER), staff(NEIGHBOUR));
    let all = [(1, mine, 10), (2, mine, 20), (3, mine, 30), (4, neighbours, 10), (5, neighbours, 40)];
    for (number, holder, begun_ms) in all {
        directory.put_session(session(number, holder, begun_ms)).await?;
    }
    let token = |number: u8| Hash([number; 32]);
    same!(directory.session(token(1)).await?, Some(session(1, mine, 10)), "as it was kept");
    same!(directory.session(token(9)).await?, None, "no other");
    directory.end_session(token(1)).await?;
    same!(directory.session(token(1)).await?, None, "it is over");
    directory.end_sessions(mine, Some(token(3)), 15).await?;
    let mut left = Vec::new();
    for number in 1..=5 {
        left.extend(directory.session(token(number)).await?.map(|_| number));
    }
    same!(left, [3, 5], "the one that is kept, and the neighbour's that is not too old");
    directory.end_sessions(neighbours, None, 0).await?;
    same!(directory.session(token(5)).await?, None, "all of somebody");
    Ok(())
}

pub async fn accesses(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let part = RecordRef { kind: RecordKind::Part, id: RecordId::named("part", "1") };
    let line = |at_ms, record| Access {
        at_ms,
        staff: staff(OFFICER),
        act: "opened".to_owned(),
        record,
        grant: record.map(|_| RecordId::named("grant", "1")),
        reason: "verify".to_owned(),
    };
    let lines = [line(1, Some(part)), line(2, None), line(3, Some(part))];
    let mut numbers = Vec::new();
    for one in lines.clone() {
        numbers.push(directory.log_access(one).await?);
    }
    claim!(numbers.is_sorted() && numbers.len() == 3, "numbers count upward: {numbers:?}");
    let mut latest_first: Vec<_> = numbers.iter().copied().zip(lines).collect();
    latest_first.reverse();
    same!(directory.accesses(None, 10).await?, latest_first, "all");
    same!(directory.accesses(None, 1).await?, latest_first.get(..1).unwrap_or_default(), "the latest");
    let before = latest_first.first().map(|(number, _)| *number);
    same!(
        directory.accesses(before, 10).await?,
        latest_first.get(1..).unwrap_or_default(),
        "those before it"
    );
    let phone = Access { record: None, reason: "a phone".to_owned(), ..line(4, None) };
    directory.log_access(phone.clone()).await?;
    let of = |found: Vec<(u64, Access)>| found.into_iter().map(|(_, one)| one.at_ms).collect::<Vec<_>>();
    same!(of(directory.accesses_of("a phone", part, 9).await?), [4, 3, 1], "by reason, and of the record");
    same!(of(directory.accesses_of("a phone", part, 2).await?), [4, 3], "the latest");
    let other = RecordRef { kind: RecordKind::Visit, id: part.id };
    same!(of(directory.accesses_of("another", other, 9).await?), Vec::<i64>::new(), "neither");
    Ok(())
}
