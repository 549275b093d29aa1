//! `cargo xtask screens --old-browser`: the phone's screens in Chromium 72, the oldest WebView that is served.
//! Opt-in: the browser is a download of 36 MB, and nothing else here needs it.

use crate::commands::program;
use crate::say::Say;
use crate::steps::Step;
use crate::workspace::Workspace;
use crate::{compile, screens};
use xshell::Shell;

/// The npm package that carries a runnable Chromium 72.
const PACKAGE: &str = "chrome-aws-lambda";
/// The version of the package that does.
const VERSION: &str = "1.11.2";
/// Where its tests are.
const TESTS: &str = "tests/ui/old-browser.mjs";
/// How this is called.
const REPEAT: &str = "cargo xtask screens --old-browser";

/// Fetches the browser, builds for one that stands in for a phone, and acts in it.
pub fn steps<'a>(shell: &'a Shell, say: &'a Say, workspace: &'a Workspace) -> Vec<Step<'a>> {
    let folder = workspace.target.join("old-browser");
    let package = folder.join("node_modules").join(PACKAGE);
    let there = package.clone();
    vec![
        Step::new("packages of the screens", REPEAT, move || screens::packages(shell, say)),
        Step::new("Chromium 72", REPEAT, move || {
            if shell.path_exists(there.join("package.json")) {
                say.line(&format!("{PACKAGE} {VERSION}: present"));
                return Ok(());
            }
            say.line(&format!(
                "Fetching the npm package {PACKAGE} {VERSION}, which carries the browser (36 MB)"
            ));
            shell.create_dir(&folder)?;
            let npm = program(shell, "npm").args(["install", "--ignore-scripts", "--no-save"]);
            let npm = npm.args(["--no-audit", "--no-fund", "--prefix"]).arg(&folder);
            Ok(npm.arg(format!("{PACKAGE}@{VERSION}")).run()?)
        }),
        screens::tool("build them for a browser", shell, "vite build --mode phone-bridge --logLevel warn"),
        Step::new("tests in Chromium 72", REPEAT, move || {
            let programs = compile::programs(shell, say, workspace, false)?;
            let node = program(shell, "node").args(["--test", TESTS]).env("SHANFANG_PROGRAMS", programs);
            Ok(node.env("OLD_BROWSER", &package).run()?)
        }),
    ]
}
