//! `GET /api/coverage`: the sentence, and the rows directly below an area.

use super::extract::Asks;
use super::header::{AreaReply, CodeReply};
use super::permit::Permit;
use crate::clock;
use crate::close;
use crate::county::at_county;
use crate::desk::Desk;
use crate::problem::{Refusal, wrong};
use crate::recorded::{unrecorded, with_note_en, with_note_zh};
use crate::reports::{Asked, Question, Table, ask, table};
use axum::Json;
use axum::extract::State;
use domain::category::Category;
use domain::coverage::reading::{Row, total};
use domain::coverage::rules::ANY_DUTY;
use domain::ids::{AreaCode, AreaLevel};
use domain::period::Period;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What every page of figures asks with. The area is read by whoever judges the permit.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CoverageAsked {
    /// The area: a village or anything above; that of one's role when nothing is said.
    #[param(value_type = Option<u64>)]
    #[expect(dead_code, reason = "the permit's area is the one that was judged")]
    area: Option<AreaCode>,
    /// The duty's name, or `*`: everybody once.
    duty: Option<String>,
    /// The period's key; the one in which `as_of` lies when nothing is said.
    #[param(value_type = Option<String>)]
    period: Option<Period>,
    /// A category's code; everybody when nothing is said.
    category: Option<String>,
    /// Facts up to the end of this day; today when nothing is said.
    #[param(value_type = Option<String>)]
    as_of: Option<Day>,
    /// The figures as they stood when the period was closed, when it is: 月结数.
    closed: Option<bool>,
}

impl CoverageAsked {
    /// Whether the figures of a closed period are asked for as they stood then.
    pub fn as_closed(&self) -> bool {
        self.closed == Some(true)
    }

    /// Finds duty, period and villages.
    ///
    /// # Errors
    /// As [`ask`]; `argument_wrong` for a day that has not come yet.
    pub async fn ask(&self, desk: &Desk, permit: &Permit) -> Result<Asked, Problem> {
        let today = Day::of(clock::now_ms());
        let as_of = self.as_of.unwrap_or(today);
        if as_of > today {
            let zh = format!("截至日还没到，最晚写今天 {today}");
            return Err(wrong("as_of", zh, format!("not later than today, {today}")));
        }
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let question = Question {
            area: permit.area,
            duty: filled(&self.duty).unwrap_or_else(|| ANY_DUTY.to_owned()),
            period: self.period,
            category: filled(&self.category),
            as_of,
            silence: true,
        };
        ask(&desk.county, question).await
    }
}

/// A reason for which people are 不计入, and how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ExcludedReply {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    people: i64,
}

/// One line of the table. All numbers are people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RowReply {
    #[schema(value_type = u64)]
    pub area: AreaCode,
    pub name: String,
    /// Whether it opens into rows of its own; a village opens into people.
    pub opens: bool,
    /// 名册.
    pub register: i64,
    /// 不计入.
    pub not_counted: i64,
    /// 不计入, by reason; no zeros.
    pub excluded: Vec<ExcludedReply>,
    /// 应走访.
    pub due: i64,
    /// 已走访.
    pub met: i64,
    /// 其中上门.
    pub met_home: i64,
    /// 走访率 in thousandths; none where nobody, or hardly anybody, is due.
    pub rate: Option<i64>,
    /// 入户率 in thousandths.
    pub home_rate: Option<i64>,
    /// 未走访: the four that follow.
    pub open: i64,
    pub change_pending: i64,
    pub tried: i64,
    pub silent: i64,
    pub not_yet: i64,
    /// 上期漏访至今未补: not part of the sum.
    pub missed_before: i64,
    /// 填写不一致: not part of the sum.
    pub contested: i64,
    /// 现已超期, visited or not: not part of the sum; none where the duty is not due by days, or nobody is.
    pub overdue: Option<i64>,
}

impl RowReply {
    /// A line with the name of its area.
    pub fn of(row: &Row, reference: &Reference) -> Self {
        let excluded = row.excluded.iter().filter(|(_, people)| **people != 0);
        Self {
            area: row.area,
            name: reference.areas.name(row.area),
            opens: row.area.level() != AreaLevel::Village,
            register: row.register,
            not_counted: row.not_counted(),
            excluded: excluded
                .map(|(reason, people)| ExcludedReply {
                    code: reason.code(),
                    zh: reason.zh(),
                    en: reason.en(),
                    people: *people,
                })
                .collect(),
            due: row.due,
            met: row.met,
            met_home: row.met_home,
            rate: row.rate(),
            home_rate: row.home_rate(),
            open: row.open(),
            change_pending: row.change_pending,
            tried: row.tried,
            silent: row.silent,
            not_yet: row.not_yet,
            missed_before: row.missed_before,
            contested: row.contested,
            overdue: row.overdue,
        }
    }
}

/// What the figures are of: every page and every export says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AboutReply {
    /// 填报单位: the area's name.
    pub unit: String,
    pub duty: String,
    pub title_zh: String,
    pub title_en: String,
    pub period: CodeReply,
    #[schema(value_type = String)]
    pub from: Day,
    #[schema(value_type = String)]
    pub last: Day,
    #[schema(value_type = String)]
    pub as_of: Day,
    /// Of one category only.
    pub category: Option<CodeReply>,
    /// Unix milliseconds: when it was asked.
    pub asked_ms: i64,
    /// Whether an edit of rules is being worked in: figures still stand by the former ones.
    pub rules_pending: bool,
}

/// The figures of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CoverageReply {
    pub about: AboutReply,
    pub sentence_zh: String,
    pub sentence_en: String,
    /// From the top of what may be seen down to this area.
    pub breadcrumb: Vec<AreaReply>,
    /// In the order of their codes.
    pub rows: Vec<RowReply>,
    pub total: RowReply,
    /// The closing of the period, when it is closed and its end is looked at.
    pub closed: Option<ClosedReply>,
}

/// The closing of the period that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ClosedReply {
    /// Unix milliseconds: when it was closed.
    pub closed_ms: i64,
    pub by: String,
    /// The last day on which its work was entered without a reason.
    #[schema(value_type = String)]
    pub late_until: Day,
    /// How many people stand otherwise since.
    pub corrected: usize,
    /// Whether the figures are those of then, which stay.
    pub shown: bool,
}

/// Who was visited, and who was not.
#[utoipa::path(get, path = "/api/coverage", params(CoverageAsked),
    responses((status = 200, body = CoverageReply)))]
pub(super) async fn get(
    State(desk): State<Arc<Desk>>,
    permit: Permit,
    Asks(asks): Asks<CoverageAsked>,
) -> Result<Json<CoverageReply>, Refusal> {
    let asked = asks.ask(&desk, &permit).await?;
    Ok(Json(figures(&desk, &permit, &asked, asks.as_closed()).await?))
}

/// The figures as the page and its exports show them; of a closed period those of then, when they are asked for.
pub(super) async fn figures(
    desk: &Desk,
    permit: &Permit,
    asked: &Asked,
    as_closed: bool,
) -> Result<CoverageReply, Problem> {
    let mut table = table(&desk.county, asked).await?;
    let mut told_ms = clock::now_ms();
    let mut closed = None;
    if let Some((closing, villages)) = close::figures_then(&desk.county, asked).await? {
        if as_closed {
            table.total = total(asked.question.area, villages.values());
            table.villages = villages;
            (told_ms, table.as_of) = (closing.closed_ms, Day::of(closing.closed_ms));
        }
        closed = Some(ClosedReply {
            closed_ms: closing.closed_ms,
            by: asked.reference.staff_name(closing.by),
            late_until: closing.late_until,
            corrected: close::corrections(&desk.county, asked).await?.len(),
            shown: as_closed,
        });
    }
    let reference = &asked.reference;
    let now_ms = clock::now_ms();
    let note = unrecorded(&desk.county, asked, Day::of(now_ms)).await?;
    let above = reference.areas.ancestors(asked.question.area).filter(|area| permit.covers(*area));
    let mut breadcrumb: Vec<_> = above
        .filter_map(|code| reference.areas.0.get(&code))
        .map(|area| AreaReply {
            area: area.code,
            name: area.name.clone(),
            level: area.code.level(),
            parent: area.parent.filter(|parent| permit.covers(*parent)),
        })
        .collect();
    breadcrumb.reverse();
    Ok(CoverageReply {
        about: about(desk, asked, &table, now_ms).await?,
        sentence_zh: with_note_zh(note.as_ref(), table.sentence_zh(told_ms)),
        sentence_en: with_note_en(note.as_ref(), table.sentence_en(told_ms)),
        breadcrumb,
        rows: table.below(asked).iter().map(|row| RowReply::of(row, reference)).collect(),
        total: RowReply::of(&table.total, reference),
        closed,
    })
}

/// A category by its code.
pub(super) fn category(code: &str) -> CodeReply {
    let known = Category::from_code(code);
    let (zh, en) = known.map_or((code, code), |one| (one.zh(), one.en()));
    CodeReply { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned() }
}

async fn about(desk: &Desk, asked: &Asked, table: &Table, now_ms: i64) -> Result<AboutReply, Problem> {
    let (_, _, _, generations) = desk.county.stores.ledger.standing_now().await.map_err(at_county)?;
    let period = table.period;
    Ok(AboutReply {
        unit: asked.reference.areas.name(asked.question.area),
        duty: table.duty.clone(),
        title_zh: table.title_zh.clone(),
        title_en: table.title_en.clone(),
        period: CodeReply { code: period.to_string(), zh: period.zh(), en: period.en() },
        from: table.from,
        last: table.last,
        as_of: table.as_of,
        category: asked.question.category.as_deref().map(category),
        asked_ms: now_ms,
        rules_pending: generations.building().is_some(),
    })
}
