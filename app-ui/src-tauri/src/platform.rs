//! What the app asks of Android by its own small plugin (`PlatformPlugin.kt`): the key store, the dialler, and a
//! place for a file that is handed on. A desktop has the last only: its secret lies in a file, and it rings nobody.

use phone_shell::files::KeyStore;
use phone_shell::lay::Lay;
use tauri::{AppHandle, Runtime, Url};

/// The key store of this platform, where it has one.
pub fn key_store<R: Runtime>(app: &AppHandle<R>) -> Option<Box<dyn KeyStore>> {
    #[cfg(target_os = "android")]
    return Some(Box::new(android::of(app)));
    #[cfg(not(target_os = "android"))]
    {
        let _ = app;
        None
    }
}

/// Where files are laid that the holder hands on.
pub fn lay<R: Runtime>(app: &AppHandle<R>) -> Option<Box<dyn Lay>> {
    #[cfg(target_os = "android")]
    return Some(Box::new(android::of(app)));
    #[cfg(not(target_os = "android"))]
    {
        use tauri::Manager as _;
        let folder = app.path().download_dir().or_else(|_| app.path().home_dir()).ok()?;
        Some(Box::new(phone_shell::lay::Folder(folder)))
    }
}

/// Whether the window may go to an address: to the app's own pages alone. A telephone number is handed to
/// the dialler, in which a person presses the button.
pub fn may_go<R: Runtime>(app: &AppHandle<R>, to: &Url) -> bool {
    if to.scheme() == "tel" {
        #[cfg(target_os = "android")]
        android::of(app).dial(to.as_str());
        #[cfg(not(target_os = "android"))]
        let _ = app;
        return false;
    }
    matches!(
        (to.scheme(), to.host_str()),
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost"))
    )
}

#[cfg(target_os = "android")]
pub use android::plugin;

#[cfg(target_os = "android")]
mod android {
    use super::{KeyStore, Lay};
    use client::ports::PortError;
    use serde::{Deserialize, Serialize};
    use tauri::plugin::{Builder, PluginHandle, TauriPlugin};
    use tauri::{AppHandle, Manager, Runtime};

    /// The plugin, by its handle.
    pub struct Platform<R: Runtime>(PluginHandle<R>);

    /// What goes to and comes from the key store.
    #[derive(Serialize, Deserialize)]
    struct Bytes {
        bytes: Vec<u8>,
    }

    #[derive(Serialize)]
    struct Number {
        number: String,
    }

    /// Makes the plugin known to Tauri.
    pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
        let builder = Builder::new("platform").setup(|app, api| {
            app.manage(Platform(api.register_android_plugin("org.shanfang.phone", "PlatformPlugin")?));
            Ok(())
        });
        builder.build()
    }

    /// The plugin of this app.
    pub fn of<R: Runtime>(app: &AppHandle<R>) -> Platform<R> {
        Platform(app.state::<Platform<R>>().0.clone())
    }

    impl<R: Runtime> Platform<R> {
        /// Shows a number in the dialler. Called on the window's thread, it does not wait.
        pub fn dial(self, number: &str) {
            let number = Number { number: number.to_owned() };
            tauri::async_runtime::spawn(async move {
                // Without a dialler, a tablet's case, the number still stands on the screen.
                let _ = self.0.run_mobile_plugin_async::<()>("dial", number).await;
            });
        }

        fn ask(&self, command: &str, bytes: &[u8]) -> Result<Vec<u8>, PortError> {
            let asked = self.0.run_mobile_plugin(command, Bytes { bytes: bytes.to_vec() });
            let answered: Bytes = asked.map_err(|error| PortError::Failed(error.to_string()))?;
            Ok(answered.bytes)
        }
    }

    #[derive(Serialize)]
    struct NamedText {
        name: String,
        text: String,
    }

    #[derive(Deserialize)]
    struct Place {
        place: String,
    }

    impl<R: Runtime> std::fmt::Debug for Platform<R> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Platform")
        }
    }

    impl<R: Runtime> Lay for Platform<R> {
        fn lay(&self, name: &str, text: &str) -> Result<String, PortError> {
            let file = NamedText { name: name.to_owned(), text: text.to_owned() };
            let laid = self.0.run_mobile_plugin::<Place>("lay", file);
            Ok(laid.map_err(|error| PortError::Failed(error.to_string()))?.place)
        }
    }

    impl<R: Runtime> KeyStore for Platform<R> {
        fn wrap(&mut self, secret: &[u8; 32]) -> Result<Vec<u8>, PortError> {
            self.ask("wrap", secret)
        }

        fn open(&mut self, wrapped: &[u8]) -> Result<Vec<u8>, PortError> {
            self.ask("open", wrapped)
        }

        fn destroy(&mut self) -> Result<(), PortError> {
            self.ask("destroy", &[]).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tauri::test::mock_app;

    #[test]
    fn the_window_stays_on_the_apps_own_pages() {
        let app = mock_app();
        let may = |to: &str| may_go(app.handle(), &to.parse().unwrap());
        for own in
            ["tauri://localhost/#/today", "http://tauri.localhost/", "https://tauri.localhost/index.html"]
        {
            assert!(may(own), "{own}");
        }
        for other in [
            "tel:110",
            "https://example.org/",
            "http://tauri.localhost.example.org/",
            "file:///etc/hosts",
            "javascript:alert(1)",
            "intent://x#Intent;end",
        ] {
            assert!(!may(other), "{other}");
        }
    }
}
