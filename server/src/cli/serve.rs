//! `county-server serve`.

use super::{Outcome, print, show_recovery_key};
use crate::config::Config;
use crate::serve::{Listeners, serve, told_to_stop};
use crate::{control, open};
use std::process::ExitCode;
use std::sync::Arc;

/// Answers until told to stop. The two addresses go to standard output, for whoever started it.
pub(super) async fn run(config: &Config) -> Outcome {
    // Addresses first: a port that is in use must not make keys.
    let listeners = Listeners::bind(config).await?;
    let opened = open::to_begin(config, None)?;
    show_recovery_key(config, opened.recovery.as_ref());
    let stop = told_to_stop()?;
    let (phones, desk) = (listeners.phones.url(), listeners.desk.url());
    let fingerprint = opened.county.keys.public().fingerprint();
    print(&format!("phones {phones}\ndesk {desk}\ncounty {} {fingerprint}\n", opened.county.keys.county()));
    let (county, data) = (Arc::clone(&opened.county), config.data.clone());
    let errands = tokio::spawn(async move {
        if let Err(error) = control::listen(county, &data).await {
            tracing::warn!(%error, "commands of other processes cannot be taken");
        }
    });
    let served = serve(opened.county, listeners, config, stop).await;
    errands.abort();
    served.map(|()| ExitCode::SUCCESS)
}
