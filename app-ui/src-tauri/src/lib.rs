//! The phone's app: the screens in a window of Tauri, on the phone's shell. Everything that can be wrong is
//! decided elsewhere; here only a window opens and a command is passed on.

mod county;
mod ipc;
mod platform;
#[cfg(test)]
mod screens;

use county::Start;
use ipc::Carrier;
use std::process::ExitCode;
use tauri::{App, Builder, Manager, Runtime, WebviewUrl, WebviewWindowBuilder};

/// The name of the one window, by which the capabilities know it.
const WINDOW: &str = "main";
/// The size of a phone in the hand, for a desktop.
#[cfg(desktop)]
const DESKTOP: (f64, f64) = (360.0, 740.0);

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    #[cfg(desktop)]
    let start = Start::told(std::env::args().skip(1));
    #[cfg(mobile)]
    let start = Ok::<_, String>(Start::built());
    let start = match start {
        Ok(start) => start,
        Err(how) => {
            eprintln!("{how}");
            return ExitCode::from(2);
        }
    };
    match assemble(Builder::default(), start).run(context()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the window does not open: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Android's way in.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
fn enter() {
    run();
}

/// The screens, and what they may do, as they were built in.
#[expect(clippy::disallowed_types, reason = "Tauri's macro keeps the screens in one")]
fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// What is the same in the window and in the tests.
fn assemble<R: Runtime>(builder: Builder<R>, start: Start) -> Builder<R> {
    let builder = builder.invoke_handler(tauri::generate_handler![ipc::call]);
    #[cfg(target_os = "android")]
    let builder = builder.plugin(platform::plugin());
    builder.setup(move |app| open(app, start).map_err(Into::into))
}

fn open<R: Runtime>(app: &App<R>, start: Start) -> tauri::Result<()> {
    let folder = match &start.folder {
        Some(folder) => folder.clone(),
        None => app.path().app_data_dir()?,
    };
    // What the holder chose for the screens belongs to the phone, not to the machine. Where its folder cannot be
    // made, the window opens all the same: it is the screens that tell.
    #[cfg(desktop)]
    let kept = Some(folder.join("screens")).filter(|kept| std::fs::create_dir_all(kept).is_ok());
    // Before the window, whose first act is a command.
    app.manage(Carrier::new(start, folder));
    let handle = app.handle().clone();
    let window = WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::default());
    let window = window.on_navigation(move |to| platform::may_go(&handle, to));
    #[cfg(desktop)]
    let window =
        window.title(app.config().product_name.clone().unwrap_or_default()).inner_size(DESKTOP.0, DESKTOP.1);
    #[cfg(desktop)]
    let window = match kept {
        Some(kept) => window.data_directory(kept),
        None => window,
    };
    window.build()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::path::{Path, PathBuf};
    use tauri::WebviewWindow;
    use tauri::ipc::{CallbackFn, InvokeBody};
    use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
    use tauri::webview::InvokeRequest;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("shanfang-app-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let _ = std::fs::remove_file(&folder);
        folder
    }

    /// The app as it is built, with its own permissions, on a window that nobody sees.
    fn opened(folder: &Path) -> (App<MockRuntime>, WebviewWindow<MockRuntime>) {
        let county = "http://127.0.0.1:9".to_owned();
        let start = Start { county, authority: None, folder: Some(folder.to_owned()) };
        let mut app = assemble(mock_builder(), start).build(context()).unwrap();
        // The window opens with the first turn of the loop.
        #[expect(deprecated, reason = "the one way to turn the loop of the mock runtime once")]
        app.run_iteration(|_, _| {});
        let window = app.get_webview_window(WINDOW).unwrap();
        (app, window)
    }

    fn asked(window: &WebviewWindow<MockRuntime>, cmd: &str, body: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: cmd.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(body),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(window, request).map(|reply| reply.deserialize().unwrap())
    }

    #[test]
    fn a_command_of_the_phone_is_carried_out_behind_the_one_command() {
        let folder = folder("call");
        let (_app, window) = opened(&folder);
        let status = asked(&window, "call", json!({ "name": "status", "args": {} })).unwrap();
        assert_eq!(status, json!({ "phase": "fresh", "wait_s": 0 }));
        let enrol = json!({ "code": "1234567812345670", "pin": "135790", "county": null });
        let refused = asked(&window, "call", json!({ "name": "enrol", "args": enrol })).unwrap_err();
        assert_eq!(refused["code"], "unreachable", "a problem arrives as one: {refused}");
        let unknown = asked(&window, "call", json!({ "name": "no_such", "args": {} })).unwrap_err();
        assert_eq!(unknown["code"], "not_from_here", "{unknown}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_screens_may_ask_nothing_else_of_the_shell() {
        let folder = folder("else");
        let (_app, window) = opened(&folder);
        for other in
            ["plugin:app|version", "plugin:window|close", "plugin:event|listen", "plugin:path|resolve"]
        {
            let refused = asked(&window, other, json!({})).unwrap_err();
            assert!(refused.as_str().is_some_and(|why| why.contains("not allowed")), "{other}: {refused}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told_by_the_screens_and_tried_again() {
        let folder = folder("blocked");
        std::fs::write(&folder, "a file stands here").unwrap();
        let (_app, window) = opened(&folder);
        let status = || asked(&window, "call", json!({ "name": "status", "args": {} }));
        assert_eq!(status().unwrap_err()["params"]["reference"], "file");
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(status().unwrap()["phase"], "fresh");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
