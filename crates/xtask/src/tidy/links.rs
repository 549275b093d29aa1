//! Every file that a page names exists: prose that points nowhere is worse than none.

use super::{Breach, Tree};

/// Endings by which a word is known to name a file of ours.
const ENDINGS: [&str; 12] =
    [".rs", ".sql", ".md", ".toml", ".ts", ".vue", ".json", ".sh", ".mjs", ".html", ".css", ".proto"];

/// Folders that exist only after something was built or played.
const MADE_LATER: [&str; 4] = ["target", "data", "node_modules", "dist"];

/// Looks at the words between backticks and at the links of every page.
pub fn check(tree: &Tree<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (page, text) in tree.files.iter().filter(|(path, _)| path.ends_with(".md")) {
        let mut fenced = false;
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced {
                let missing = mentions(line).into_iter().filter(|mention| !exists(tree, page, mention));
                breaches.extend(missing.map(|mention| {
                    let reason = format!("names `{}`, which does not exist", mention.word);
                    Breach::new(page, index + 1, "link", reason)
                }));
            }
        }
    }
    breaches
}

/// Something on a page that may name a file.
#[derive(Debug, PartialEq)]
struct Mention<'a> {
    word: &'a str,
    /// A link must lead somewhere; a word between backticks only if it looks like a path of ours.
    is_link: bool,
}

fn mentions(line: &str) -> Vec<Mention<'_>> {
    let quoted = line.split('`').skip(1).step_by(2).map(|word| Mention { word, is_link: false });
    let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    quoted.chain(links.map(|(word, _)| Mention { word, is_link: true })).collect()
}

fn exists(tree: &Tree<'_>, page: &str, mention: &Mention<'_>) -> bool {
    let word = mention.word.split('#').next().unwrap_or_default();
    let word = word
        .rsplit_once(':')
        .map_or(word, |(path, line)| if line.parse::<u32>().is_ok() { path } else { word });
    let is_elsewhere = word.is_empty() || word.contains("://") || word.starts_with("mailto:");
    let is_no_path = word.contains([' ', '*', '<', '>', '$', '(', '=', '…', '~', '|', '"', ':', '\\']);
    if is_elsewhere || is_no_path || word.starts_with(['/', '-']) {
        return true;
    }
    spread(word).iter().all(|path| {
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        // The rooms are called by their names: `sync/src/wire` lies in `crates`.
        let meant: Vec<String> = ["", folder, "crates"].iter().filter_map(|base| join(base, path)).collect();
        if meant
            .iter()
            .any(|meant| meant.is_empty() || tree.files.contains_key(meant) || tree.has_folder(meant))
        {
            return true;
        }
        let first = path.split('/').next().unwrap_or_default();
        let looks_like_ours = ENDINGS.iter().any(|ending| path.ends_with(ending))
            || path.contains('/') && (tree.has_folder(first) || tree.has_folder(&format!("crates/{first}")));
        MADE_LATER.contains(&first) || !(mention.is_link || looks_like_ours)
    })
}

/// `a/{b,c}.rs` is `a/b.rs` and `a/c.rs`.
fn spread(word: &str) -> Vec<String> {
    let parts = word.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (choices, after))) = parts else { return vec![word.to_owned()] };
    choices.split(',').flat_map(|choice| spread(&format!("{before}{}{after}", choice.trim()))).collect()
}

fn join(base: &str, path: &str) -> Option<String> {
    super::orphans::normal(base, path)
}

#[cfg(test)]
mod tests {
    use super::super::sample::breaches;
    use super::*;

    fn missing(page: &str) -> Vec<String> {
        let files = [
            ("crates/README.md", page),
            ("crates/sync/src/merge/settle.rs", ""),
            ("crates/sync/src/merge/apply.rs", ""),
            ("README.md", ""),
        ];
        breaches(check, &[], &files)
    }

    #[test]
    fn files_and_folders_are_found_from_the_page_the_root_and_the_rooms() {
        let page = "See `sync/src/merge/settle.rs`, `crates/sync/src/merge/`, `sync/src/merge/{settle,apply}.rs`,\n\
                    [the front](../README.md#start), `crates/sync/src/merge/apply.rs:12` and `README.md`.\n";
        assert_eq!(missing(page), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_exist_is_shown_with_its_line() {
        let page = "\n`sync/src/merge/{settle,lost}.rs`\n[gone](gone)\n`crates/forms`\n`old.rs`\n";
        assert_eq!(missing(page), [2, 3, 4, 5].map(|line| format!("crates/README.md:{line}: link")));
    }

    #[test]
    fn words_that_are_no_paths_are_left_alone() {
        let page = "`and/or` `application/json` `/api/exchange` `cargo xtask test` `domain::problem` `data/demo/a.toml`\n\
                    `target/debug/x.json` [site](https://example.org/a.md) `*.rs` `sync`\n```\nno/such/file.rs\n```\n";
        assert_eq!(missing(page), Vec::<String>::new());
    }
}
