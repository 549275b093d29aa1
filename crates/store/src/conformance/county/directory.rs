//! Claims about enrolment codes and devices.

use super::world::{NEIGHBOUR, OFFICER, World, day, staff};
use crate::conformance::{Outcome, claim, same, there};
use crate::county::EnrolState;
use domain::ids::{DeviceId, WriterId};
use std::collections::BTreeMap;
use sync::county::needs::DeviceState;

pub async fn once(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let code = world.code("lookup", staff(OFFICER));
    directory.put_code(code.clone()).await?;
    same!(directory.code("lookup").await?, Some(code), "kept as it was made, with its end");
    same!(directory.code("another").await?, None, "no other");
    let (one, other) = (DeviceId(1), DeviceId(2));
    let first = world.device(one, staff(OFFICER), WriterId(1));
    claim!(directory.enrol("lookup", first.clone()).await?, "an open code enrols");
    let used = there(directory.code("lookup").await?, "the code")?;
    same!(used.state, EnrolState::Used { device: one }, "it says by which device");
    let second = world.device(other, staff(OFFICER), WriterId(2));
    claim!(!directory.enrol("lookup", second).await?, "once");
    same!(directory.device(other).await?, None, "and the other is not kept");
    same!(
        directory.device(one).await?,
        Some(first),
        "the first is, with its certificate, to be answered the same again"
    );
    claim!(
        !directory.enrol("another", world.device(other, staff(OFFICER), WriterId(2))).await?,
        "no code, no device"
    );
    Ok(())
}

pub async fn tries(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    directory.put_code(world.code("lookup", staff(OFFICER))).await?;
    for left in [4, 3, 2, 1, 0] {
        let code = there(directory.code("lookup").await?, "the code")?;
        same!(code.state, EnrolState::Open, "it may still be tried");
        same!(directory.wrong_try("lookup").await?, left, "tries left");
    }
    let code = there(directory.code("lookup").await?, "the code")?;
    same!((code.state, code.tries_left), (EnrolState::Cancelled, 0), "mistyped too often");
    same!(directory.wrong_try("lookup").await?, 0, "no try below none");
    same!(directory.wrong_try("unknown").await?, 0, "nor of a code that is none");
    let device = world.device(DeviceId(1), staff(OFFICER), WriterId(1));
    claim!(!directory.enrol("lookup", device).await?, "it enrols nobody");
    Ok(())
}

pub async fn replaced(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    for (lookup, name) in [("old", OFFICER), ("neighbour's", NEIGHBOUR), ("used", OFFICER), ("new", OFFICER)]
    {
        directory.put_code(world.code(lookup, staff(name))).await?;
        if lookup == "used" {
            let device = world.device(DeviceId(1), staff(OFFICER), WriterId(1));
            claim!(directory.enrol("used", device).await?, "an open code enrols");
        }
    }
    for (lookup, expected) in [
        ("old", EnrolState::Cancelled),
        ("neighbour's", EnrolState::Open),
        ("used", EnrolState::Used { device: DeviceId(1) }),
        ("new", EnrolState::Open),
    ] {
        same!(
            there(directory.code(lookup).await?, lookup)?.state,
            expected,
            "one sheet at a time for each person"
        );
    }
    Ok(())
}

pub async fn cancelled(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    for (lookup, name) in [("used", OFFICER), ("open", OFFICER), ("neighbour's", NEIGHBOUR)] {
        directory.put_code(world.code(lookup, staff(name))).await?;
        if lookup == "used" {
            let device = world.device(DeviceId(1), staff(OFFICER), WriterId(1));
            claim!(directory.enrol("used", device).await?, "an open code enrols");
        }
    }
    directory.cancel_codes().await?;
    for lookup in ["open", "neighbour's"] {
        let code = there(directory.code(lookup).await?, lookup)?;
        same!(code.state, EnrolState::Cancelled, "whosever it is");
        let device = world.device(DeviceId(2), staff(OFFICER), WriterId(2));
        claim!(!directory.enrol(lookup, device).await?, "it enrols nobody");
    }
    let used = there(directory.code("used").await?, "the code")?.state;
    same!(used, EnrolState::Used { device: DeviceId(1) }, "a used one says by whom");
    Ok(())
}

pub async fn readmitted(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let known = world.phone(OFFICER).await?;
    let day = day(11, 5);
    claim!(directory.set_state(known.device, DeviceState::Revoked, day).await?, "there is such a device");
    let before = directory.device(known.device).await?;
    let again = world.device(known.device, staff(NEIGHBOUR), WriterId(99));
    claim!(!directory.readmit(again).await?, "it is known");
    same!(directory.device(known.device).await?, before, "and stays whose it is, and revoked");
    let forgotten = world.device(DeviceId(77), staff(NEIGHBOUR), WriterId(98));
    claim!(directory.readmit(forgotten.clone()).await?, "it was forgotten");
    same!(directory.device(DeviceId(77)).await?, Some(forgotten.clone()), "and is as it was given");
    claim!(!directory.readmit(forgotten).await?, "once");
    Ok(())
}

pub async fn devices(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let (mut one, other) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    let all: Vec<DeviceId> = directory.devices().await?.iter().map(|device| device.row.device).collect();
    same!(all, [one.device, other.device], "all, ascending");
    one.number = 8;
    world.send(&mut one).await?;
    let retired = DeviceState::Retired;
    claim!(directory.set_state(one.device, retired, day(11, 10)).await?, "there is such a device");
    claim!(!directory.set_state(DeviceId(9), retired, day(11, 10)).await?, "there is no such device");
    let kept = there(directory.device(one.device).await?, "the device")?;
    same!(
        (kept.row.state, kept.row.number),
        (DeviceState::Retired, 9),
        "its state, and what exchanges have told of it"
    );
    same!(
        (kept.row.heard_ms, kept.row.app.as_str()),
        (world.now_ms, "0.1.0"),
        "when it was heard, and with what"
    );
    same!(kept.row.writers, [one.writer].into(), "its log");
    same!((kept.key.len(), kept.recovery_sealed), (32, vec![6]), "and the rest as it was enrolled");
    claim!(directory.set_recovery(one.device, vec![7, 8]).await?, "there is such a device");
    claim!(!directory.set_recovery(DeviceId(9), vec![7]).await?, "there is no such device");
    let kept = there(directory.device(one.device).await?, "the device")?;
    same!((kept.recovery_sealed, kept.row.number), (vec![7, 8], 9), "another code, and nothing else");
    let beside = there(directory.device(other.device).await?, "the other")?;
    same!(beside.row.state, DeviceState::Active, "the other is left alone");
    Ok(())
}

pub async fn states(world: &mut World) -> Outcome {
    let directory = world.county.directory.clone();
    let (one, other) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    let (active, retired, revoked) = (DeviceState::Active, DeviceState::Retired, DeviceState::Revoked);
    for (device, state, at) in [
        (one.device, retired, 5),
        (other.device, revoked, 6),
        (one.device, active, 8),
        (one.device, retired, 9),
    ] {
        claim!(directory.set_state(device, state, day(11, at)).await?, "there is such a device");
    }
    directory.set_state(DeviceId(9), retired, day(11, 1)).await?;
    let both = |state| BTreeMap::from([(one.device, state), (other.device, revoked)]);
    for (as_of, expected) in [
        (4, BTreeMap::new()),
        (5, BTreeMap::from([(one.device, retired)])),
        (7, both(retired)),
        (8, both(active)),
        (30, both(retired)),
    ] {
        same!(directory.states(day(11, as_of)).await?, expected, "as it was at the end of that day");
    }
    Ok(())
}
