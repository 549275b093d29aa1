//! The program of a desktop; Android loads the library.

fn main() -> std::process::ExitCode {
    phone_app::run()
}
