//! 启用本机: one round trip in which phone and county prove to each other that they know the code.
//!
//! The device key and the request are on disk before the request is sent. Whoever is cut off begins
//! again with the same code and PIN, and sends the same bytes: the county answers the same again.

use crate::app::App;
use crate::identity::{Asked, Enrolled, Identity};
use crate::lock::{self, Nothing};
use crate::ports::VaultFile;
use crate::tell::{OrTell, internal};
use domain::canonical::Transcript;
use domain::ids::AreaCode;
use domain::problem::{Problem, ProblemCode};
use seal::codes::{EnrolCode, Pin, RecoveryCode};
use seal::enrol::{EnrolKey, EnrolReply, EnrolRequest};
use seal::secret::Key;
use seal::vault::{Unlocked, Vault, VaultKeys, VaultRead};
use serde::{Deserialize, Serialize};

/// An enrolment that was asked for, in this run of the app.
#[derive(Debug)]
pub(crate) struct Enrolling {
    unlocked: Unlocked,
    asked: Asked,
}

/// 启用: the code from the sheet, the PIN to be, and the county.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct EnrolBegin {
    /// 16 digits; spaces do not matter.
    pub code: String,
    /// 6 digits or more.
    pub pin: String,
    /// The county's 12-digit code, from the QR code or the county's `/health`.
    pub county: String,
    /// Throw away what was begun before under a PIN that nobody remembers. It opens nothing: the county had
    /// not answered, or its answer never arrived, and then the sheet is used and another one is needed.
    #[serde(default)]
    pub anew: bool,
}

/// Which digits are being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// 启用码, from the sheet.
    Enrol,
    /// 备用解锁码, as it is read out.
    Recovery,
}

/// Digits as far as they are typed.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct TypedCode {
    /// Which.
    pub kind: CodeKind,
    /// What was typed; spaces do not matter.
    pub code: String,
}

/// What the shell posts, as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct EnrolPost {
    /// Where: a path at the county's listener for phones.
    pub path: String,
    /// What: JSON.
    pub body: String,
}

/// The county's answer, as it came.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct EnrolFinish {
    /// JSON.
    pub reply: String,
}

/// Who this phone now is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct EnrolDone {
    /// The name of its holder.
    pub staff_name: String,
    /// The six digits that stand on the sheet too.
    pub fingerprint: String,
}

impl App {
    /// Whether digits can be what they are meant to be, by their check digit: mistyping is told before
    /// anything else is asked, without the network, and costs no try.
    ///
    /// # Errors
    /// [`ProblemCode::EnrolCodeMalformed`], [`ProblemCode::RecoveryCodeMalformed`].
    pub fn check_code(&mut self, request: TypedCode) -> Result<Nothing, Problem> {
        let read = match request.kind {
            CodeKind::Enrol => EnrolCode::parse(&request.code).map(drop),
            CodeKind::Recovery => RecoveryCode::parse(&request.code).map(drop),
        };
        read.map(|()| Nothing {}).map_err(|error| error.at_lock(0))
    }

    /// Makes keys and a vault, writes down what is being asked for, and says what is to be posted.
    ///
    /// # Errors
    /// A malformed code or PIN, a PIN that anybody would try first; a phone that is enrolled already; the PIN
    /// of an enrolment that was begun before with another one ([`ProblemCode::PinWrong`]), unless it is begun
    /// anew.
    pub fn enrol_begin(&mut self, request: EnrolBegin) -> Result<EnrolPost, Problem> {
        let code = EnrolCode::parse(&request.code).map_err(|error| error.at_lock(0))?;
        let pin = Pin::parse(&request.pin).map_err(|error| error.at_lock(0))?;
        let malformed = || Problem::new(ProblemCode::EnrolCodeMalformed);
        let county: AreaCode = request.county.parse().map_err(|_| malformed())?;
        let unlocked = self.enrolment_keys(&pin, request.anew)?;
        let known = Identity::read(self.ports.vault.as_ref(), &unlocked.keys)?;
        let code_hash = Transcript::new("typed code").text(&code.on_paper()).number(county.0).finish();
        let asked = match known {
            Some(Identity::Enrolled(_)) => return Err(Problem::new(ProblemCode::AlreadyEnrolled)),
            Some(Identity::Asked(asked)) if asked.code_hash == code_hash => *asked,
            _ => {
                let code_key = EnrolKey::stretch(&code, county, self.settings.enrol).or_tell()?;
                let dice = self.ports.dice.as_mut();
                let request = EnrolRequest::new(&code_key, &code, county, &unlocked.keys.device, dice);
                let code_key = code_key.to_secret().expose().to_vec();
                let asked = Asked { request, code_key, code_hash };
                let identity = Identity::Asked(Box::new(asked.clone()));
                identity.write(self.ports.vault.as_mut(), &unlocked.keys, self.ports.dice.as_mut())?;
                asked
            }
        };
        let body = serde_json::to_string(&asked.request).or_tell()?;
        self.enrolling = Some(Enrolling { unlocked, asked });
        Ok(EnrolPost { path: "/enrol".to_owned(), body })
    }

    /// The keys of the vault that is there, else of a new one. A vault whose enrolment came to its end is
    /// never thrown away: it has a 备用解锁码.
    fn enrolment_keys(&mut self, pin: &Pin, anew: bool) -> Result<Unlocked, Problem> {
        let keep = match self.read_vault()? {
            VaultRead::Missing => false,
            VaultRead::Good { vault, .. } => !anew || vault.has_recovery(),
            _ => true,
        };
        if keep {
            return self.unlock_vault(|vault, files| lock::by_pin(vault, pin, files));
        }
        // Only a PIN that is chosen now: what was begun with another goes on.
        lock::not_simple(pin)?;
        // Who this phone was before is sealed under keys that are gone: nobody will ever read it.
        self.ports.vault.write(VaultFile::Identity, &[]).or_tell()?;
        // What it left in the open for its former holder is nobody's any more.
        self.ports.vault.write(VaultFile::Outside, &[]).or_tell()?;
        let platform = self.platform_secret_or_new()?;
        let keys = VaultKeys::generate(&mut self.ports.dice);
        let (vault, unlocked) =
            Vault::create(keys, pin, &platform, None, self.settings.vault, &mut self.ports.dice).or_tell()?;
        lock::write_vault(self.ports.vault.as_mut(), &vault)?;
        self.forget_tries()?;
        Ok(unlocked)
    }

    /// Proves that the answer is the county's, and opens the phone.
    ///
    /// # Errors
    /// [`ProblemCode::CountyNotProven`], [`ProblemCode::ReplyDamaged`]; what the county says is wrong
    /// with the code; [`ProblemCode::NotEnrolled`] when nothing was asked for in this run.
    pub fn enrol_finish(&mut self, request: EnrolFinish) -> Result<EnrolDone, Problem> {
        let Enrolling { unlocked, asked } =
            self.enrolling.as_ref().ok_or_else(|| Problem::new(ProblemCode::NotEnrolled))?;
        if let Ok(problem) = serde_json::from_str::<Problem>(&request.reply) {
            return Err(problem);
        }
        let reply: EnrolReply =
            serde_json::from_str(&request.reply).map_err(|_| Problem::new(ProblemCode::NotTheCounty))?;
        let key = Key::from_slice(&asked.code_key).ok_or_else(|| internal("enrolment"))?;
        let enrolled = reply.open(&EnrolKey::from_secret(key), &asked.request).or_tell()?;
        let VaultRead::Good { vault, .. } = self.read_vault()? else {
            return Err(Problem::new(ProblemCode::VaultDamaged));
        };
        let vault = vault
            .with_recovery(unlocked, &enrolled.recovery, self.settings.vault, &mut self.ports.dice)
            .or_tell()?;
        let unlocked = unlocked.clone();
        lock::write_vault(self.ports.vault.as_mut(), &vault)?;
        let identity = Enrolled {
            certificate: enrolled.certificate,
            signed: enrolled.signed,
            county: enrolled.county,
            compared: false,
        };
        let done = EnrolDone {
            staff_name: identity.certificate.staff_name.clone(),
            fingerprint: identity.county.fingerprint(),
        };
        Identity::Enrolled(Box::new(identity.clone())).write(
            self.ports.vault.as_mut(),
            &unlocked.keys,
            self.ports.dice.as_mut(),
        )?;
        self.enrolling = None;
        self.open_with(unlocked, identity)?;
        Ok(done)
    }

    /// The holder has compared the six digits with those on the sheet, and they are the same.
    ///
    /// # Errors
    /// [`ProblemCode::Locked`], and those of the files.
    pub fn enrol_compared(&mut self, _: Nothing) -> Result<Nothing, Problem> {
        let (ports, open, _) = self.writing()?;
        let identity = Enrolled { compared: true, ..open.identity.clone() };
        let file = Identity::Enrolled(Box::new(identity.clone()));
        file.write(ports.vault.as_mut(), &open.unlocked.keys, ports.dice.as_mut())?;
        open.identity = identity;
        Ok(Nothing {})
    }

    pub(crate) fn read_vault(&self) -> Result<VaultRead, Problem> {
        lock::read_vault(self.ports.vault.as_ref())
    }
}
