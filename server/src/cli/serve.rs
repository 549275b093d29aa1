//! `county-server serve`.

use super::{Outcome, print, show_recovery_key};
use crate::config::Config;
use crate::routes::no_numbers;
use crate::serve::{Listeners, serve, told_to_stop};
use crate::{control, open};
use std::process::ExitCode;
use std::sync::Arc;

/// Answers until told to stop. The two addresses go to standard output, for whoever started it.
pub(super) async fn run(config: &Config) -> Outcome {
    // Addresses first: a port that is in use must not make keys.
    let listeners = Listeners::bind(config).await?;
    let county = open::to_begin(config, None, |recovery| show_recovery_key(config, recovery))?;
    let stop = told_to_stop()?;
    let (phones, desk) = (listeners.phones.url(), listeners.desk.url());
    let fingerprint = county.keys.public().fingerprint();
    print(&format!("phones {phones}\ndesk {desk}\ncounty {} {fingerprint}\n", county.keys.county()));
    if no_numbers() {
        tracing::warn!(
            "派出所电话还没有填，手机上看不到：写进 name.json 的 numbers，再做手机应用 (phones have no number of the local police station: numbers in name.json)"
        );
    }
    let (written, data) = (Arc::clone(&county), config.data.clone());
    let errands = tokio::spawn(async move {
        if let Err(error) = control::listen(written, &data).await {
            tracing::warn!(%error, "commands of other processes cannot be taken");
        }
    });
    let served = serve(county, listeners, config, stop).await;
    errands.abort();
    served.map(|()| ExitCode::SUCCESS)
}
