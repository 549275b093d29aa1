//! Codes are drawn here as a camera might see them: turned, blurred, in bad light.

use super::*;
use proptest::prelude::*;
use std::f64::consts::PI;

/// `532929000000` and `1234567890123450`, as the console's `uqr` draws it.
const SHEET: [&str; 21] = [
    "#######..##...#######",
    "#.....#..##.#.#.....#",
    "#.###.#.#.#.#.#.###.#",
    "#.###.#.#####.#.###.#",
    "#.###.#.##.##.#.###.#",
    "#.....#.##..#.#.....#",
    "#######.#.#.#.#######",
    "........##.##........",
    "#.#####...#.#.#####..",
    ".###....###.#..###...",
    "...#.###..##.###...#.",
    "#.####..##......#..#.",
    "..##..#...##.#....#..",
    "........##..##..###.#",
    "#######...#.##.##.#..",
    "#.....#.##..#...#.###",
    "#.###.#.#...#.....##.",
    "#.###.#.#.###..#..#..",
    "#.###.#.##...###..#..",
    "#.....#....##..#..##.",
    "#######.##.###.#..#..",
];

/// `https://example.com`.
const ADDRESS: [&str; 25] = [
    "#######.#.#.#.#...#######",
    "#.....#..##.###.#.#.....#",
    "#.###.#.###..#..#.#.###.#",
    "#.###.#..#..###...#.###.#",
    "#.###.#..#.#..#...#.###.#",
    "#.....#.##.##.#...#.....#",
    "#######.#.#.#.#.#.#######",
    ".........#..#.###........",
    "#.#...##..#####.#..#..#.#",
    "##.###..######.#.###.#.##",
    "#..#.###.###...#.#..###.#",
    ".#..##..######..#..#.#...",
    "...######.#.##.##.##....#",
    ".##.#...###.#..##.##...##",
    "###.###.#...#######..##.#",
    ".......#.#.##.#.##.###...",
    "##..#.##.#...##.#####..#.",
    "........#....##.#...#...#",
    "#######.#.##....#.#.#...#",
    "#.....#......#.##...#..##",
    "#.###.#..#.###.######..##",
    "#.###.#..#..#....#..#.##.",
    "#.###.#.##..######.###.##",
    "#.....#..#.##.#######....",
    "#######.###..##.#.#..#..#",
];

/// As the sheet, but for its last digit, which does not check the others.
const MISPRINTED: [&str; 21] = [
    "#######.#####.#######",
    "#.....#.#..##.#.....#",
    "#.###.#.#...#.#.###.#",
    "#.###.#..#.#..#.###.#",
    "#.###.#.#.#.#.#.###.#",
    "#.....#..####.#.....#",
    "#######.#.#.#.#######",
    "..........###........",
    "#..########.##..#.###",
    ".##......#..#.#..#..#",
    ".####.#.#.#..#.#.#.##",
    ".#..##..##.#...#.#.#.",
    ".###..#.#.....#.#####",
    "........#.#.#.######.",
    "#######.#.#.#..#..##.",
    "#.....#.##.##.##..##.",
    "#.###.#.#.###.#..####",
    "#.###.#.#...#...###..",
    "#.###.#..#.#...######",
    "#.....#..######...#.#",
    "#######.#####..##.##.",
];

/// How a picture was taken.
#[derive(Debug, Clone, Copy)]
struct Shot {
    /// Pixels a module.
    module: f64,
    /// Turned by so much, in radians.
    turn: f64,
    /// How much farther away the paper's right edge is than its left.
    tilt: f64,
    /// How dark the left of the picture is, how much the greys of neighbours differ by chance.
    shade: f64,
    noise: f64,
}

const GOOD: Shot = Shot { module: 6.0, turn: 0.0, tilt: 0.0, shade: 0.0, noise: 0.0 };
const SIDE: u32 = 360;

/// A code on white paper in the middle of a picture.
fn picture(rows: &[&str], shot: Shot) -> SheetPicture {
    let modules = rows.len() as f64;
    let (sin, cos) = shot.turn.sin_cos();
    let dark = |u: f64, v: f64| {
        let inside = (0.0..modules).contains(&u) && (0.0..modules).contains(&v);
        inside && rows.get(v as usize).and_then(|row| row.as_bytes().get(u as usize)) == Some(&b'#')
    };
    let mut chance = 7_u32;
    let mut grey = String::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (dx, dy) = (f64::from(x) - f64::from(SIDE) / 2.0, f64::from(y) - f64::from(SIDE) / 2.0);
            let far = 1.0 + shot.tilt * dx / f64::from(SIDE);
            let (u, v) = ((dx * cos + dy * sin) * far, (dy * cos - dx * sin) * far);
            let (u, v) = (u / shot.module + modules / 2.0, v / shot.module + modules / 2.0);
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let speck = (f64::from(chance >> 16) / 65_536.0 - 0.5) * shot.noise;
            let light = 1.0 - shot.shade * (1.0 - f64::from(x) / f64::from(SIDE));
            let ink = if dark(u, v) { 0.15 } else { 0.9 };
            let level = ((ink * light + speck).clamp(0.0, 1.0) * 63.0) as u8;
            grey.push(char::from(b'0' + level));
        }
    }
    SheetPicture { width: SIDE, height: SIDE, grey }
}

fn seen(rows: &[&str], shot: Shot) -> Result<SheetRead, ProblemCode> {
    read(&picture(rows, shot))
}

#[test]
fn the_sheet_is_read_however_it_lies() {
    let on_paper = SheetRead { county: "532929000000".to_owned(), code: "1234567890123450".to_owned() };
    for shot in [
        GOOD,
        Shot { module: 3.5, ..GOOD },
        // At its own size nothing is seen in these.
        Shot { module: 3.0, turn: 1.0, noise: 0.2, ..GOOD },
        Shot { module: 3.0, turn: 4.5, tilt: 0.3, noise: 0.2, ..GOOD },
        Shot { module: 11.0, turn: PI, ..GOOD },
        Shot { turn: 0.3, noise: 0.2, ..GOOD },
        Shot { turn: -PI / 2.0, tilt: 0.2, ..GOOD },
        Shot { turn: 2.5, tilt: -0.2, shade: 0.6, noise: 0.1, ..GOOD },
    ] {
        assert_eq!(seen(&SHEET, shot), Ok(on_paper.clone()), "{shot:?}");
    }
}

#[test]
fn another_code_and_a_misprinted_one_are_told_apart_from_none() {
    assert_eq!(seen(&ADDRESS, GOOD), Err(ProblemCode::SheetOther));
    assert_eq!(seen(&MISPRINTED, GOOD), Err(ProblemCode::SheetOther));
    assert_eq!(seen(&[], GOOD), Err(ProblemCode::SheetNotSeen));
    assert_eq!(seen(&SHEET, Shot { noise: 3.0, ..GOOD }), Err(ProblemCode::SheetNotSeen));
}

#[test]
fn what_is_no_picture_is_not_looked_at() {
    let sized = |width, height, grey: String| read(&SheetPicture { width, height, grey });
    let damaged = Err(ProblemCode::RequestDamaged);
    assert_eq!(sized(0, 0, String::new()), damaged);
    assert_eq!(sized(2, 2, "000".to_owned()), damaged);
    assert_eq!(sized(2, 2, "00 0".to_owned()), damaged);
    assert_eq!(sized(2, 2, "00p0".to_owned()), damaged);
    assert_eq!(sized(1, 1_601, "0".repeat(1_601)), damaged);
    assert_eq!(sized(u32::MAX, u32::MAX, "0".to_owned()), damaged);
    assert_eq!(sized(1, 1, "o".to_owned()), Err(ProblemCode::SheetNotSeen));
}

/// Rows of modules of which the three corners look like those of a code, and the rest is anything.
fn nearly_codes() -> impl Strategy<Value = Vec<String>> {
    let module = prop_oneof![Just('#'), Just('.')];
    (0_usize..6, proptest::collection::vec(module, 45 * 45)).prop_map(|(size, modules)| {
        let side = 21 + 4 * size;
        let corner = |x: usize, y: usize| {
            let near =
                |at: usize| if at < 8 { Some(at) } else { (at + 8).checked_sub(side).map(|far| 7 - far) };
            let (left, top) = (near(x)?, near(y)?);
            let lower_right = x >= 8 && y >= 8;
            let ring = left.abs_diff(3).max(top.abs_diff(3));
            (!lower_right).then_some(if left == 7 || top == 7 || ring == 2 { '.' } else { '#' })
        };
        let at = |x, y| corner(x, y).or_else(|| modules.get(y * side + x).copied()).unwrap_or('.');
        (0..side).map(|y| (0..side).map(|x| at(x, y)).collect()).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_that_looks_like_a_code_brings_it_down(rows in nearly_codes(), turn in 0.0..7.0, tilt in -0.3..0.3) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let read = seen(&rows, Shot { turn, tilt, ..GOOD });
        prop_assert!(read.is_err(), "{read:?}");
    }

    #[test]
    fn no_greys_bring_it_down(width in 1_u32..90, height in 1_u32..90, seed in proptest::collection::vec(0_u8..64, 97)) {
        let pixels = usize::try_from(width * height).unwrap();
        let grey = seed.iter().cycle().take(pixels).map(|grey| char::from(b'0' + grey)).collect();
        prop_assert_eq!(read(&SheetPicture { width, height, grey }), Err(ProblemCode::SheetNotSeen));
    }
}
