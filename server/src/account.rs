//! 账号: who may log in at the desk. An account is a member of staff with a log-in name and a password;
//! what they may do there follows from their roles, and from nothing else.

use crate::county::{County, at_county};
use crate::problem::{unchanged, wrong};
use domain::canonical::Hash;
use domain::ids::RecordId;
use domain::problem::{Problem, ProblemCode};
use domain::time::UnixMs;
use seal::SealError;
use seal::password::{Stretched, first_password};
use serde::{Deserialize, Serialize};
use store::county::Account;

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;

/// What is done about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A new one.
    Add {
        /// Whose.
        staff: RecordId,
        /// The log-in name.
        login: String,
    },
    /// Another first password; a closed account is open again.
    Reset {
        /// Whose.
        staff: RecordId,
    },
    /// Nobody may log in with it, and whoever has is logged out.
    Close {
        /// Whose.
        staff: RecordId,
    },
}

/// A password that is shown once, and is to be changed at the first log-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FirstPassword {
    /// The log-in name.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Does it; what is made is answered.
///
/// # Errors
/// `nothing_found` for somebody who is no member of staff or has no account, `account_taken`,
/// `argument_wrong` for a log-in name that cannot be one, `nothing_to_change`; what the store says.
pub async fn carry_out(county: &County, act: Act, now_ms: UnixMs) -> Result<Option<FirstPassword>, Problem> {
    match act {
        Act::Add { staff, login } => add(county, staff, &login, now_ms).await.map(Some),
        Act::Reset { staff } => reset(county, staff).await.map(Some),
        Act::Close { staff } => close(county, staff).await.map(|()| None),
    }
}

async fn add(
    county: &County,
    staff: RecordId,
    login: &str,
    now_ms: UnixMs,
) -> Result<FirstPassword, Problem> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    if !(2..=32).contains(&login.len()) || !login.chars().all(letter) {
        let zh = "登录名是 2 到 32 个小写字母、数字或 . - _";
        return Err(wrong(login, zh, "a log-in name has 2 to 32 small letters, digits or . - _"));
    }
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if !reference.staff.contains_key(&staff) {
        return Err(Problem::new(ProblemCode::NothingFound));
    }
    if of(county, staff).await?.is_some() {
        return Err(Problem::new(ProblemCode::AccountTaken));
    }
    let (password, stretched) = first(county).await?;
    let account = Account {
        staff,
        login: login.to_owned(),
        password: stretched,
        first: true,
        closed: false,
        made_ms: now_ms,
    };
    keep(county, account).await?;
    tracing::info!(%staff, "an account was made");
    Ok(FirstPassword { login: login.to_owned(), password })
}

async fn reset(county: &County, staff: RecordId) -> Result<FirstPassword, Problem> {
    let account = there(county, staff).await?;
    let (password, stretched) = first(county).await?;
    let login = account.login.clone();
    keep(county, Account { password: stretched, first: true, closed: false, ..account }).await?;
    end_sessions(county, staff, None).await?;
    tracing::info!(%staff, "an account got another first password");
    Ok(FirstPassword { login, password })
}

async fn close(county: &County, staff: RecordId) -> Result<(), Problem> {
    let account = there(county, staff).await?;
    if account.closed {
        return Err(unchanged(account.login, "这个账号已经停用", "this account is closed already"));
    }
    keep(county, Account { closed: true, ..account }).await?;
    end_sessions(county, staff, None).await?;
    tracing::info!(%staff, "an account was closed");
    Ok(())
}

/// The account whose log-in name and password these are. `None` takes as long as a wrong password, so
/// that nobody learns which names there are.
///
/// # Errors
/// What the store says.
pub async fn proven(county: &County, login: &str, password: &str) -> Result<Option<Account>, Problem> {
    let account = county.stores.directory.account(login).await.map_err(at_county)?;
    let kept = match &account {
        Some(account) => Stretched::from_text(&account.password).map_err(inside)?,
        None => stretched(county, "nobody's".to_owned()).await?,
    };
    let typed = password.to_owned();
    let right = off_the_runtime(move || kept.is(&typed)).await?;
    Ok(account.filter(|_| right))
}

/// Whether a new password is good enough.
///
/// # Errors
/// `password_weak`.
pub fn strong(account: &Account, old: &str, new: &str) -> Result<(), Problem> {
    let bare = new.trim();
    let same = new == old || bare.to_lowercase() == account.login;
    // Blanks alone, or one character over and over, are guessed first.
    let one_character = bare.chars().all(|one| bare.starts_with(one));
    if same || one_character || new.chars().count() < PASSWORD_MIN || new.chars().count() > 200 {
        return Err(Problem::new(ProblemCode::PasswordWeak).with("limit", PASSWORD_MIN));
    }
    Ok(())
}

/// Changes the password of an account that has just been [`proven`]; other sessions end.
///
/// # Errors
/// `password_weak`; what the store says.
pub async fn change(
    county: &County,
    account: Account,
    old: &str,
    new: &str,
    session: Hash,
) -> Result<(), Problem> {
    strong(&account, old, new)?;
    let (staff, password) = (account.staff, stretched(county, new.to_owned()).await?);
    keep(county, Account { password: password.to_text().to_string(), first: false, ..account }).await?;
    end_sessions(county, staff, Some(session)).await
}

/// The account of a member of staff. O(accounts).
///
/// # Errors
/// What the store says.
pub async fn of(county: &County, staff: RecordId) -> Result<Option<Account>, Problem> {
    let all = county.stores.directory.accounts().await.map_err(at_county)?;
    Ok(all.into_iter().find(|account| account.staff == staff))
}

async fn there(county: &County, staff: RecordId) -> Result<Account, Problem> {
    of(county, staff).await?.ok_or_else(|| Problem::new(ProblemCode::NothingFound))
}

async fn keep(county: &County, account: Account) -> Result<(), Problem> {
    let kept = county.stores.directory.put_account(account).await.map_err(at_county)?;
    if kept { Ok(()) } else { Err(Problem::new(ProblemCode::AccountTaken)) }
}

async fn end_sessions(county: &County, staff: RecordId, but: Option<Hash>) -> Result<(), Problem> {
    county.sessions.end_all(staff, but);
    county.stores.directory.end_sessions(staff, but, UnixMs::MIN).await.map_err(at_county)
}

async fn first(county: &County) -> Result<(String, String), Problem> {
    let password = county.dice.with(first_password).to_string();
    let kept = stretched(county, password.clone()).await?;
    Ok((password, kept.to_text().to_string()))
}

async fn stretched(county: &County, password: String) -> Result<Stretched, Problem> {
    let seed = county.dice.with(seal::dice::draw);
    let stretch = county.stretch;
    off_the_runtime(move || {
        let mut dice = seal::dice::SeededDice::from_secret(seed);
        Stretched::make(&password, stretch, &mut dice)
    })
    .await
}

/// A tenth of a second of one core.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
) -> Result<T, Problem> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "account"))?.map_err(inside)
}

fn inside(error: SealError) -> Problem {
    Problem::new(ProblemCode::Internal).with("reference", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    fn act(world: &World, login: &str) -> Act {
        Act::Add { staff: world.officer(), login: login.to_owned() }
    }

    #[tokio::test]
    async fn an_account_is_made_once_and_its_first_password_opens_it() {
        let world = World::new().await;
        let county = &world.county;
        let first = carry_out(county, act(&world, "yangjie"), 1).await.unwrap().unwrap();
        let account = proven(county, "yangjie", &first.password).await.unwrap().unwrap();
        assert!(account.first && !account.closed && account.staff == world.officer());
        assert!(!account.password.contains(&first.password));
        assert_eq!(proven(county, "yangjie", "another").await.unwrap(), None);
        assert_eq!(proven(county, "nobody", &first.password).await.unwrap(), None);
        let again = carry_out(county, act(&world, "yangjie2"), 1).await.unwrap_err();
        assert_eq!(again.code, ProblemCode::AccountTaken);
        for wrong in ["", "y", "Yang", "杨洁", "yang jie"] {
            let refused = carry_out(county, act(&world, wrong), 1).await.unwrap_err();
            assert_eq!(refused.code, ProblemCode::ArgumentWrong, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_reset_replaces_the_password_and_opens_a_closed_account() {
        let world = World::new().await;
        let (county, staff) = (&world.county, world.officer());
        let missing = carry_out(county, Act::Reset { staff }, 1).await.unwrap_err();
        assert_eq!(missing.code, ProblemCode::NothingFound);
        let first = carry_out(county, act(&world, "yangjie"), 1).await.unwrap().unwrap();
        carry_out(county, Act::Close { staff }, 1).await.unwrap();
        let again = carry_out(county, Act::Close { staff }, 1).await.unwrap_err();
        assert_eq!(again.code, ProblemCode::NothingToChange);
        assert!(proven(county, "yangjie", &first.password).await.unwrap().unwrap().closed);
        let second = carry_out(county, Act::Reset { staff }, 1).await.unwrap().unwrap();
        assert_eq!(proven(county, "yangjie", &first.password).await.unwrap(), None);
        let account = proven(county, "yangjie", &second.password).await.unwrap().unwrap();
        assert!(!account.closed);
        let blank = " ".repeat(PASSWORD_MIN + 2);
        let weak = [
            "short",
            "yangjie",
            "   yangjie   ",
            "            ",
            "　　　　　　　　　　　　",
            "aaaaaaaaaaaa",
            " 山山山山山山山山山山山山 ",
        ];
        for weak in weak.into_iter().chain([second.password.as_str(), &blank]) {
            assert_eq!(strong(&account, &second.password, weak).unwrap_err().code, ProblemCode::PasswordWeak);
        }
        let token = Hash::of(b"mine");
        change(county, account, &second.password, "核桃树下第二家的门", token).await.unwrap_err();
        let account = proven(county, "yangjie", &second.password).await.unwrap().unwrap();
        change(county, account, &second.password, "核桃树下第二家的大门口", token).await.unwrap();
        let account = proven(county, "yangjie", "核桃树下第二家的大门口").await.unwrap().unwrap();
        assert!(!account.first);
    }
}
