//! The sheet for 启用本机, read from a picture of it: county and 启用码 stand in its QR code. The picture is
//! looked at and kept nowhere; whoever cannot take one types the same digits.

use crate::app::App;
use domain::ids::AreaCode;
use domain::problem::{Problem, ProblemCode};
use rqrr::PreparedImage;
use seal::codes::EnrolCode;
use serde::{Deserialize, Serialize};

/// No side of a picture is longer, in pixels: screens scale what a camera made before they hand it over.
const SIDE_MAX: usize = 1_600;
/// How large a picture is drawn to be looked at, in quarters of its size. Of small, turned and blurred codes a
/// third is found at one size and nearly all at one of these.
const ZOOMS: [usize; 4] = [4, 6, 8, 3];
/// How many digits of what stands in the code are the county's.
const COUNTY_DIGITS: usize = 12;

/// A picture in greys.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SheetPicture {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// One character a pixel, row by row: `0` is black, each next one in ASCII is brighter, `o` (63 on) is
    /// white. A code is black and white: 64 greys show it, in three quarters of what base64 would take.
    pub grey: String,
}

impl std::fmt::Debug for SheetPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SheetPicture({} × {})", self.width, self.height)
    }
}

/// What stands on a sheet.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SheetRead {
    /// The county's 12-digit code.
    pub county: String,
    /// 启用码: 16 digits, its check digit fits.
    pub code: String,
}

impl std::fmt::Debug for SheetRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SheetRead(secret)")
    }
}

/// The sheet of which this is the text.
fn sheet(text: &str) -> Option<SheetRead> {
    let (county, code) = text.split_at_checked(COUNTY_DIGITS)?;
    county.parse::<AreaCode>().ok()?;
    // What a person may type, a code that was printed has not: spaces.
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    let read = SheetRead { county: county.to_owned(), code: code.to_owned() };
    (digits && EnrolCode::parse(code).is_ok()).then_some(read)
}

/// The greys of a picture, by rows.
struct Greys {
    width: usize,
    height: usize,
    greys: Vec<u8>,
}

impl Greys {
    fn of(picture: &SheetPicture) -> Option<Self> {
        let (width, height) = (usize::try_from(picture.width).ok()?, usize::try_from(picture.height).ok()?);
        let fits = [width, height].iter().all(|side| (1..=SIDE_MAX).contains(side));
        if !fits || picture.grey.len() != width * height {
            return None;
        }
        let grey = |byte: u8| byte.checked_sub(b'0').filter(|grey| *grey < 64).map(|grey| grey * 4);
        let greys = picture.grey.bytes().map(grey).collect::<Option<_>>()?;
        Some(Self { width, height, greys })
    }

    /// The grey at a place that is given in parts of a pixel, mixed of the four around it.
    fn between(&self, x: usize, y: usize, parts: usize) -> u8 {
        let at = |x: usize, y: usize| {
            let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
            self.greys.get(y * self.width + x).map_or(0, |grey| usize::from(*grey))
        };
        let ((left, right), (top, low)) = ((x / parts, x % parts), (y / parts, y % parts));
        let row = |y| at(left, y) * (parts - right) + at(left + 1, y) * right;
        let grey = (row(top) * (parts - low) + row(top + 1) * low) / (parts * parts);
        u8::try_from(grey).unwrap_or(u8::MAX)
    }

    /// The texts of all codes that are found when the picture is drawn so large, in quarters of its size.
    fn texts(&self, quarters: usize) -> Vec<String> {
        let (width, height) = ((self.width * quarters / 4).max(1), (self.height * quarters / 4).max(1));
        let at = |x: usize, y: usize| self.between(x * 4, y * 4, quarters);
        let mut prepared = PreparedImage::prepare_from_greyscale(width, height, at);
        let grids = prepared.detect_grids();
        grids.into_iter().filter_map(|grid| grid.decode().ok().map(|(_, text)| text)).collect()
    }
}

/// What stands on the sheet in a picture.
fn read(picture: &SheetPicture) -> Result<SheetRead, ProblemCode> {
    let greys = Greys::of(picture).ok_or(ProblemCode::RequestDamaged)?;
    let mut missed = ProblemCode::SheetNotSeen;
    for quarters in ZOOMS {
        for text in greys.texts(quarters) {
            match sheet(&text) {
                Some(found) => return Ok(found),
                None => missed = ProblemCode::SheetOther,
            }
        }
    }
    Err(missed)
}

impl App {
    /// Reads county and 启用码 from a picture of the sheet, without the network; costs no try.
    ///
    /// # Errors
    /// [`ProblemCode::SheetNotSeen`]; [`ProblemCode::SheetOther`] when there is another QR code;
    /// [`ProblemCode::RequestDamaged`] for what is no picture.
    pub fn read_sheet(&mut self, request: SheetPicture) -> Result<SheetRead, Problem> {
        read(&request).map_err(|code| Problem::new(code).with("place", "read_sheet"))
    }
}

#[cfg(test)]
mod tests;
