//! Who is asking, and whether they may: judged for every route by its row of the table, before anything
//! of the route runs.

use super::table::{Place, Row, Who, Whose, row};
use crate::clock;
use crate::concerns;
use crate::county::{County, at_county};
use crate::desk::Desk;
use crate::opening::{grant, homes};
use crate::problem::{Refusal, wrong};
use crate::session::{self, Session, Used, proof_of};
use crate::urgent;
use axum::RequestPartsExt;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, DeviceId, RecordId};
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::Day;
use domain::visit::Visit;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The cookie of a session.
pub(super) const COOKIE: &str = "session";

/// The header that proves that the page sent it.
pub(super) const PROOF: &str = "x-request-proof";

/// The header of a request that a page makes by itself.
pub(super) const UNATTENDED: &str = "x-unattended";

/// Somebody who may do what they ask.
#[derive(Debug, Clone)]
pub(super) struct Permit {
    /// Who; `None` where nobody need be.
    pub session: Option<Session>,
    /// The area that is asked for, or that of their role.
    pub area: AreaCode,
    /// The areas in which they hold a role for this route.
    pub areas: BTreeSet<AreaCode>,
    /// Areas, staff, rules.
    pub reference: Arc<Reference>,
    /// From where it was asked.
    pub address: IpAddr,
}

impl Permit {
    /// Who.
    ///
    /// # Errors
    /// `log_in_missing`.
    pub fn session(&self) -> Result<&Session, Problem> {
        self.session.as_ref().ok_or_else(|| Problem::new(ProblemCode::LogInMissing))
    }

    /// Who, as a member of staff.
    ///
    /// # Errors
    /// As [`Self::session`].
    pub fn staff(&self) -> Result<RecordId, Problem> {
        Ok(self.session()?.staff)
    }

    /// Whether an area lies where they may do this.
    pub fn covers(&self, area: AreaCode) -> bool {
        self.areas.iter().any(|mine| self.reference.areas.within(area, *mine))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Permit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        // Only a route that went through the table has one.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Refusal::from(ProblemCode::NotForYou))
    }
}

/// Lets a request through with its permit, or refuses it.
pub(super) async fn pass(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match permit(&desk, &mut parts).await {
        Ok(permit) => {
            parts.extensions.insert(permit);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => Refusal(problem).into_response(),
    }
}

async fn permit(desk: &Desk, parts: &mut Parts) -> Result<Permit, Problem> {
    let path = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let row = row(&parts.method, &path).ok_or_else(|| Problem::new(ProblemCode::NotFromHere))?;
    let token = cookie(&parts.headers);
    let changes = ![Method::GET, Method::HEAD].contains(&parts.method);
    if changes {
        from_this_page(&parts.headers, token.as_deref().filter(|_| row.who != Who::Anybody))?;
    }
    let session = match &token {
        Some(token) => {
            let by_itself = parts.headers.contains_key(UNATTENDED) || matches!(row.who, Who::Behind(_));
            let used = if by_itself { Used::Unattended } else { Used::ByHand };
            session::find(&desk.county, token, desk.settings.idle, used, clock::now_ms()).await?
        }
        None => None,
    };
    let (_, _, reference, _) = desk.county.stores.ledger.standing_now().await.map_err(at_county)?;
    let address = address(desk, parts);
    let county = desk.county.keys.county();
    let mut permit = Permit { session, area: county, areas: BTreeSet::new(), reference, address };
    if row.who == Who::Anybody {
        return Ok(permit);
    }
    let who = permit.session()?;
    let (roles, behind) = match row.who {
        Who::Holding(roles) => (roles, false),
        Who::Behind(roles) => (roles, true),
        Who::Anybody | Who::Session => return Ok(permit),
    };
    if who.locked && !behind {
        return Err(Problem::new(ProblemCode::LogInLocked));
    }
    if who.first {
        return Err(Problem::new(ProblemCode::PasswordFirst));
    }
    let today = Day::of(clock::now_ms());
    let mine = permit.reference.assignments_of(who.staff).filter(|one| one.holds_on(today));
    permit.areas = mine.filter(|one| roles.contains(&one.role)).map(|one| one.area).collect();
    if permit.areas.is_empty() {
        return Err(not_for_you());
    }
    let target = target(&desk.county, row, parts, &permit).await?;
    check(row, &permit, &target)?;
    permit.area = target.area.unwrap_or(permit.area);
    Ok(permit)
}

/// What a request is about.
#[derive(Debug, Default)]
struct Target {
    /// The area that is asked for.
    area: Option<AreaCode>,
    /// Where it is: one of these. Empty: nowhere, which only the whole county may see.
    places: BTreeSet<AreaCode>,
    /// Whose it is.
    owner: Option<RecordId>,
}

fn not_for_you() -> Problem {
    Problem::new(ProblemCode::NotForYou)
}

fn check(row: &Row, permit: &Permit, target: &Target) -> Result<(), Problem> {
    let county = permit.area;
    let here = match row.place {
        Place::Anywhere => true,
        // Whoever has a phone's code may see all that its holder may.
        Place::Device => target
            .places
            .iter()
            .chain(target.places.is_empty().then_some(&county))
            .all(|place| permit.covers(*place)),
        Place::County => permit.covers(county),
        _ if target.places.is_empty() => permit.covers(county),
        _ => target.places.iter().any(|place| permit.covers(*place)),
    };
    let own = target.owner == Some(permit.staff()?);
    let whose = match row.whose {
        Whose::Any => true,
        Whose::Own => own,
        Whose::Other => !own,
    };
    if here && whose { Ok(()) } else { Err(not_for_you()) }
}

async fn target(county: &County, row: &Row, parts: &mut Parts, permit: &Permit) -> Result<Target, Problem> {
    let params = parts.extract::<RawPathParams>().await.map_err(|_| nothing())?;
    let params: Vec<(String, String)> =
        params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let param = |name: &str| params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let id = |name: &str| param(name).map(|text| text.parse::<RecordId>().map_err(|_| nothing()));
    let mut target = Target { owner: id("staff").transpose()?, ..Target::default() };
    let reference = &permit.reference;
    match row.place {
        Place::Anywhere | Place::County => {}
        Place::Area => {
            let area = asked_area(parts, permit)?;
            (target.area, target.places) = (Some(area), BTreeSet::from([area]));
        }
        Place::Person => target.places = homes(county, id("person").ok_or_else(nothing)??).await?,
        Place::Concern => {
            let (_, kept) = concerns::one(county, id("concern").ok_or_else(nothing)??).await?;
            target.places = kept.areas.into_iter().collect();
        }
        Place::Visit => target.places = places_of_visit(county, id("visit").ok_or_else(nothing)??).await?,
        Place::Device => {
            let device: DeviceId = param("device").and_then(|text| text.parse().ok()).ok_or_else(nothing)?;
            let found = county.stores.directory.device(device).await.map_err(at_county)?;
            let holder = found.ok_or_else(nothing)?.row.staff;
            target.owner = Some(holder);
            let today = Day::of(clock::now_ms());
            let all = || reference.assignments_of(holder);
            target.places = all().filter(|one| one.holds_on(today)).map(|one| one.area).collect();
            if target.places.is_empty() {
                target.places = all().map(|one| one.area).collect();
            }
        }
        Place::Assignment => {
            let id = id("assignment").ok_or_else(nothing)??;
            let one = reference.assignments.get(&id).ok_or_else(nothing)?;
            (target.owner, target.places) = (Some(one.staff), BTreeSet::from([one.area]));
        }
        Place::Grant => {
            let one = grant(county, id("grant").ok_or_else(nothing)??).await?;
            (target.owner, target.places) = (Some(one.staff), BTreeSet::from([one.area]));
        }
        Place::Urgent => {
            let one = urgent::find(county, reference, id("urgent").ok_or_else(nothing)??).await?;
            (target.owner, target.places) = (one.report.author, one.areas.into_iter().collect());
        }
    }
    Ok(target)
}

fn nothing() -> Problem {
    Problem::new(ProblemCode::NothingFound)
}

/// The area of the query; the first of their own when none is named.
fn asked_area(parts: &Parts, permit: &Permit) -> Result<AreaCode, Problem> {
    let pairs = parts.uri.query().unwrap_or_default().split('&');
    let named = pairs.filter_map(|pair| pair.strip_prefix("area=")).find(|area| !area.is_empty());
    let area = match named {
        Some(text) => {
            text.parse().map_err(|_| wrong("area", "区划代码是 12 位数字", "an area has 12 digits"))?
        }
        None => permit.areas.first().copied().ok_or_else(not_for_you)?,
    };
    if permit.reference.areas.0.contains_key(&area) { Ok(area) } else { Err(nothing()) }
}

async fn places_of_visit(county: &County, id: RecordId) -> Result<BTreeSet<AreaCode>, Problem> {
    let record = RecordRef { kind: RecordKind::Visit, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?.ok_or_else(nothing)?;
    let mut places: BTreeSet<_> = Visit::read(id, &row.head).village.into_iter().collect();
    for part in county.stores.reports.parts_of_visit(id).await.map_err(at_county)? {
        places.extend(homes(county, part.subject).await.unwrap_or_default());
    }
    Ok(places)
}

/// The token in the cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = pairs.find(|(name, _)| *name == COOKIE)?.1;
    (token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| token.to_owned())
}

/// Whatever changes something comes from a page of this very address, which knows what the cookie's
/// holder was told.
fn from_this_page(headers: &HeaderMap, token: Option<&str>) -> Result<(), Problem> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    let same = origin.is_some() && origin == text(header::HOST);
    let proven = token.is_none_or(|token| {
        headers.get(PROOF).is_some_and(|proof| proof.as_bytes() == proof_of(token).as_bytes())
    });
    if same && proven { Ok(()) } else { Err(Problem::new(ProblemCode::NotFromThisPage)) }
}

/// From where it comes: the connection's end, or what the proxy in front says of it.
fn address(desk: &Desk, parts: &Parts) -> IpAddr {
    let forwarded = parts.headers.get("x-forwarded-for").filter(|_| desk.settings.behind_proxy);
    // The last one is the proxy's own word.
    let last = forwarded.and_then(|list| list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|from| from.0.ip());
    last.or(connected).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
