//! The table of problems: code, advice, Chinese and English sentence. Codes never change meaning.

use super::Advice;
use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident $advice:ident $zh:literal $en:literal;)*) => {
        /// The stable name of a kind of problem; in JSON, its snake_case spelling.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemCode {
            $($(#[$doc])* #[doc = $en] $name,)*
        }

        impl ProblemCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What to do about problems of this kind.
            pub fn advice(self) -> Advice {
                match self { $(Self::$name => Advice::$advice,)* }
            }

            /// The Chinese sentence, with `{details}` to fill in.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// The English sentence, with `{details}` to fill in.
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }
        }
    };
}

problems! {
    // Enrolment and unlocking
    EnrolCodeWrong Fix "启用码不对，请对照纸上的数字再输一次。还可以试 {left} 次。"
        "The enrolment code is wrong; compare it with the sheet. {left} tries are left.";
    EnrolCodeUnknown Fix "县里没有这个启用码，请对照纸上的数字再输一次。还是不行，请乡镇重新打印一张。"
        "The county knows no such enrolment code; compare it with the sheet. If it stays so, ask the township to print another.";
    EnrolCodeUsed Call "这个启用码已经用过了。请乡镇重新打印一张。"
        "This enrolment code has been used. Ask the township to print another.";
    EnrolCodeExpired Call "这个启用码已过期。请乡镇重新打印一张。"
        "This enrolment code has expired. Ask the township to print another.";
    EnrolCodeLocked Call "这个启用码输错太多次，已停用。请乡镇重新打印一张。"
        "This enrolment code was mistyped too often. Ask the township to print another.";
    EnrolCodeMalformed Fix "启用码是 16 位数字，输入的不对：请检查有没有漏、多或写错的数字。"
        "An enrolment code has 16 digits, and this is none: check whether one is missing, too many or wrong.";
    SheetNotSeen Fix "没看到方块码。请把纸放平，到亮处，靠近一点让方块码占满画面，再拍一次；或者直接输入纸上的 16 位数字。"
        "No square code was seen. Lay the sheet flat in good light, come closer and take it again; or type the 16 digits on it.";
    SheetOther Fix "这个方块码不是启用本机的。请拍写着您名字的那张纸；或者直接输入纸上的 16 位数字。"
        "This square code is not for setting up a phone. Take the sheet that bears your name; or type the 16 digits on it.";
    CountyNotProven Call "对方不是本县的服务器，没有启用。请不要继续，打电话问乡镇。"
        "The other side is not this county's server; nothing was enrolled. Stop and ring the township.";
    NotEnrolled Fix "本机还没有启用。请先输入启用码。"
        "This phone is not enrolled yet. Enter the enrolment code first.";
    AlreadyEnrolled Call "本机已经启用。要换人使用，请乡镇先办移交。"
        "This phone is enrolled already. To give it to someone else, ask the township.";
    PinWrong Fix "解锁密码不对。请等 {wait_s} 秒再试。数据都在，不会删除。"
        "The PIN is wrong. Wait {wait_s} seconds. Your data is safe and is never deleted.";
    PinTooShort Fix "解锁密码要 6 位以上数字。"
        "The PIN needs 6 digits or more.";
    PinTooSimple Fix "这个解锁密码太容易猜到。请换一个：不要全是一样的数字，也不要 123456、654321 这样连着的。"
        "This PIN is too easy to guess. Choose another: not one digit only, and no digits in a row such as 123456 or 654321.";
    RecoveryCodeWrong Fix "备用解锁码不对。请等 {wait_s} 秒再试。数据都在，不会删除。"
        "The recovery code is wrong. Wait {wait_s} seconds. Your data is safe and is never deleted.";
    RecoveryCodeUsed Call "这个备用解锁码已经用过：每个只能用一次。数据都在，不会删除。新的要等这台手机解锁并联系上县里以后，县里才有。请先回想当时新设的解锁密码；想不起来就打电话给乡镇。"
        "This recovery code has been used: each is good once. Your data is safe and is never deleted. The county has the next code only after this phone, unlocked, has been in touch with it. Try the PIN that was set with this code; if it is forgotten, ring the township.";
    RecoveryCodeLost Call "这台手机的备用解锁码已随上次备份之后的数据丢失。手机里的数据都在。持机人下次解锁并联系县里以后，这里会有新的。"
        "The county lost this phone's recovery code with what came after its last backup. Everything on the phone is safe. Once its holder has unlocked it and it has been in touch, there is a new one.";
    UnlockTooSoon Retry "请再等 {wait_s} 秒。数据都在，不会删除。"
        "Wait another {wait_s} seconds. Your data is safe and is never deleted.";
    Locked Fix "请先解锁。"
        "Unlock the phone first.";
    VaultDamaged Call "钥匙文件损坏，两份都读不出。数据还在，请不要卸载，打电话给县里。"
        "The key file is damaged in both copies. The data is still here; do not uninstall, ring the county.";
    RecoveryCodeMalformed Fix "备用解锁码是 20 位数字，输入的不对：请检查有没有漏、多或写错的数字。"
        "A recovery code has 20 digits, and this is none: check whether one is missing, too many or wrong.";
    KeyStoreChanged Call "手机系统的钥匙变了，解锁密码打不开了。数据都在，请打电话给县里要备用解锁码。"
        "The phone's own key store has changed, so the PIN cannot open it. Your data is safe; ring the county for the recovery code.";

    // The console
    LogInWrong Fix "登录名或密码不对。"
        "The log-in name or the password is wrong.";
    LogInTooSoon Retry "输错多次，请 {wait_s} 秒后再试。"
        "Mistyped several times; try again in {wait_s} seconds.";
    LogInMissing Fix "请先登录。页面上填的还在。"
        "Please log in. What the page holds is kept.";
    LogInLocked Fix "很久没有操作，已锁上。请再输一次密码，页面上填的还在。"
        "Locked after a while without use. Type the password again; what the page holds is kept.";
    PasswordFirst Fix "请先换掉第一次的密码。"
        "Change the first password before anything else.";
    PasswordWeak Fix "密码要 {limit} 位以上，不能和登录名或旧密码一样，也不能全是空格或同一个字。"
        "A password has {limit} characters or more, is neither the log-in name nor the old password, and is not one character over and over.";
    AccountClosed Call "这个账号已停用。请联系县管理员。"
        "This account is closed. Ask the county administrator.";
    AccountTaken Fix "这个登录名或这个人已有账号。没有改动。"
        "This log-in name is taken, or this person has an account. Nothing was changed.";
    NotForYou Call "您的职责里没有这一项，或不归您的区划。没有改动。"
        "This is not among your roles, or not in your area. Nothing was changed.";
    NotFromThisPage Fix "这个请求不是从控制台的页面发出的，没有执行。请刷新页面再试。"
        "This request did not come from the console's page and was not carried out. Reload the page.";
    GrantMissing Call "查看未成年人的内容要有负责人批准，这一项没有有效的批准。"
        "Opening a child's answers takes a grant; none that holds covers this.";
    DecidedAlready Fix "这一项已经有人处理过了。请刷新。"
        "Somebody has decided on this already. Reload.";

    // Answers and visits
    NameMalformed Fix "请写姓名，或大家怎么称呼：1 到 50 个字，不能只有数字和符号。"
        "Give a name, or how people call them: 1 to 50 characters, not only digits and signs.";
    PersonRegistered Fix "这里已经登记过叫这个名字的人。请打开那一位；真是另一个人，请选“是另一个人，照样登记”。"
        "Somebody of this name is registered here already. Open their page; if not, choose “It is another person: register”.";
    NumberRegistered Fix "名单上已经有这个身份证号。请打开那一位；号码没错、又确实不是这一位，可以还是登记：乡镇会看到两边同一个号码，再来合并或更正。填的都还在。"
        "Somebody on the list has this ID number already. Open their page; if the number is right and it is not them, register all the same: the township sees that both have it, and merges or corrects. What you typed is still here.";
    AnswerWrongType Fix "“{question}”这里要填{expected}。其他内容都已存好。"
        "\"{question}\" needs {expected}. Everything else is saved.";
    PeriodClosed Fix "走访时间在{period}，这个统计期已经月结，{until} 以后要写补录的原因。走访已存好。"
        "The visit lies in {period}, which is closed: after {until} the county asks why it is entered. The visit is kept.";
    ReviewerAsks Fix "{name}请您补充“{question}”：{words}。改了答案，或写一句说明，就算补充了。"
        "{name} asks about \"{question}\": {words}. Change the answer, or say a word about it.";
    AnswerOutsideConstraint Fix "“{question}”：{message}。填好的都还在。"
        "\"{question}\": {message}. What you filled in is kept.";
    AnswerMissing Fix "“{question}”还没有填。"
        "\"{question}\" has not been answered.";
    AnswerNotAChoice Fix "“{question}”没有“{given}”这个选项。其他内容都已存好。"
        "\"{question}\" has no choice \"{given}\". Everything else is saved.";
    AnswerTooLong Fix "“{question}”太长了，最多 {limit} 个字。已写的都在。"
        "\"{question}\" is too long: at most {limit} characters. What you wrote is kept.";
    NoSuchQuestion Call "表里没有“{path}”这一项。已填的都在，请更新本应用。"
        "The form has no question \"{path}\". What is filled in is kept; update the app.";
    QuestionNotRelevant Fix "“{question}”现在不用填。"
        "\"{question}\" does not apply now.";
    FormUnreadable Call "表格“{form}”读不出来：{place}，{reason}。请县里检查这张表。"
        "The form \"{form}\" cannot be read: {place}, {reason}. The county has to mend it.";
    FormTooNew Call "表格“{form}”需要新版本的应用（{needed}），请更新应用后再填。已存的内容都在，其他表照常可用。"
        "The form \"{form}\" needs a newer app ({needed}): update it, then fill it in. What is kept is safe, and other forms work as usual.";
    NothingFound Fix "没有找到。请检查后再试。"
        "Nothing was found. Check and try again.";
    VisitWithoutParts Fix "请先选这次见到了谁。"
        "First choose who was met.";
    VisitNotOpen Fix "这次走访已经完成，要改请用“更正”。"
        "This visit is finished; to change it, amend it.";
    VisitPutAway Fix "这次走访您放弃了，填的都还在手机里。要接着填，请先“找回”。"
        "You put this visit away; what you filled in is on the phone. Bring it back to go on.";
    VisitInTheFuture Fix "走访时间还没到。请改走访时间。"
        "The time of the visit lies in the future. Change it.";
    VisitTooLongAgo Fix "走访时间早于 {days} 天前，请填补记的原因。"
        "The visit is more than {days} days ago; give a reason for entering it now.";
    VisitDatedAhead Fix "走访日期写的是 {day}，可县里 {arrived} 就收到了，多半是当时手机的日期不对。这次走访已经收下，内容都在；没到那一天，先不计入。请更正走访的时间。"
        "The visit is dated {day}, but the county had it on {arrived} already: the phone's date was probably wrong. The visit is kept as it is, and does not count before that day. Amend the time of the visit.";
    NotYoursToChange Call "这一项要由乡镇或县里来改，手机里的内容没有变。要改请打电话给他们。"
        "This is for the township or the county to change; nothing on this phone was changed. Ring them to have it changed.";
    NotMetWithoutReason Fix "请选没见到的原因。"
        "Choose why the person was not met.";
    DraftDamaged Call "有一份填写中的走访读不出来，已原样保存，其他走访不受影响。请联系县里。"
        "One unfinished visit cannot be read; it is kept as it is and no other visit is affected. Ring the county.";

    // Forms and answers, as workers, reviewers and authors of forms meet them
    AnswerCalculated Fix "“{question}”由表格自己算出，不用填。"
        "\"{question}\" is worked out by the form; it cannot be answered.";
    AnswerDiffers Call "“{question}”按表格应为“{expected}”，收到的是“{given}”。内容都在，请看一看。"
        "By the form \"{question}\" should be \"{expected}\"; \"{given}\" arrived. Nothing is lost; please look.";
    AnswersMisfit Call "收到 {given} 项答案，表里有 {expected} 项。内容都在，请看一看。"
        "{given} answers arrived for a form of {expected}. Nothing is lost; please look.";
    OriginsMisfit Call "答案的来历“{given}”对不上这张表。内容都在，请看一看。"
        "The origins \"{given}\" do not fit this form. Nothing is lost; please look.";
    UnchangedNotOffered Fix "“{section}”每次都要看一看，不能用“没变化”。"
        "\"{section}\" has to be looked at every time; \"nothing changed\" is not offered.";
    UnchangedNoLast Fix "“{section}”没有上次的内容可比，请逐项填写。"
        "\"{section}\" has no earlier answers to compare with; please fill it in.";
    UnchangedDiffers Fix "“{section}”里有和上次不一样的回答，就不是没变化了。请接着填。"
        "Some answers of \"{section}\" differ from last time, so something has changed. Please go on.";
    UnchangedTooOften Fix "“{section}”已连续 {limit} 次“没变化”，这次请逐项问一问。"
        "\"{section}\" was \"nothing changed\" {limit} times running; please ask item by item this time.";
    FormNotJson Call "表格文件第 {line} 行第 {column} 个字读不出来：{reason}。请县里检查这张表。"
        "The form file cannot be read at line {line}, column {column}: {reason}. The county has to mend it.";
    FormTooLarge Fix "表格“{form}”的“{place}”太大，上限是 {limit}。"
        "In the form \"{form}\", \"{place}\" is too large; the limit is {limit}.";
    FormNameWrong Fix "表格“{form}”：“{place}”的名字“{name}”不能用；要以字母或 _ 开头，只含字母、数字、_、- 和 .。"
        "In the form \"{form}\", \"{place}\" has the name \"{name}\"; a name begins with a letter or _ and holds only letters, digits, _, - and .";
    FormNameTaken Fix "表格“{form}”：“{place}”这个名字用了两次，请改一个。"
        "In the form \"{form}\" the name \"{place}\" is used twice; change one of them.";
    FormPartWrong Fix "表格“{form}”：“{place}”是 {kind}，不能有“{part}”，或者缺了它。"
        "In the form \"{form}\", \"{place}\" ({kind}) must not have \"{part}\", or lacks it.";
    FormChoiceWrong Fix "表格“{form}”的选项表“{place}”：代码“{name}”重复、为空或含有空格。"
        "In the form \"{form}\", the list \"{place}\" has the code \"{name}\" twice, or it is empty or has a space in it.";
    FormNameUnknown Fix "表格“{form}”：“{place}”第 {column} 个字起写的“{name}”，表里没有。"
        "In the form \"{form}\", \"{place}\", column {column}: the form has no \"{name}\".";
    FormNameAmbiguous Fix "表格“{form}”：“{place}”第 {column} 个字起写的“{name}”，表里不止一个，请写出路径。"
        "In the form \"{form}\", \"{place}\", column {column}: there is more than one \"{name}\"; write its path.";
    FormCycle Fix "表格“{form}”：这些题互相依赖，算不出来：{names}。"
        "In the form \"{form}\" these questions depend on each other and cannot be worked out: {names}.";
    ExpressionUnexpected Fix "表格“{form}”：“{place}”第 {column} 个字“{found}”不应出现在这里。"
        "In the form \"{form}\", \"{place}\", column {column}: \"{found}\" does not belong here.";
    ExpressionEnds Fix "表格“{form}”：“{place}”到第 {column} 个字就断了，后面还缺内容。"
        "In the form \"{form}\", \"{place}\" stops at column {column}; something is missing after it.";
    ExpressionOpenQuote Fix "表格“{form}”：“{place}”第 {column} 个字开始的引号或 {found} 没有收尾。"
        "In the form \"{form}\", \"{place}\", column {column}: {found} is never closed.";
    ExpressionTooDeep Fix "表格“{form}”：“{place}”第 {column} 个字处嵌套太深，最多 {limit} 层。"
        "In the form \"{form}\", \"{place}\", column {column}: nested too deeply; the limit is {limit}.";
    ExpressionTooMuch Call "表格“{form}”：“{place}”算得太久，已停下。内容都在，请县里检查这张表。"
        "In the form \"{form}\", \"{place}\" took too long to work out and was stopped. Nothing is lost; the county has to check the form.";
    FunctionUnknown Fix "表格“{form}”：“{place}”第 {column} 个字：没有“{name}”这个函数。"
        "In the form \"{form}\", \"{place}\", column {column}: there is no function \"{name}\".";
    FunctionArguments Fix "表格“{form}”：“{place}”第 {column} 个字：函数“{name}”要 {expected} 个参数，写了 {given} 个。"
        "In the form \"{form}\", \"{place}\", column {column}: the function \"{name}\" takes {expected} arguments, not {given}.";
    FunctionNeedsName Fix "表格“{form}”：“{place}”第 {column} 个字：函数“{name}”这里要直接写出引号里的名字。"
        "In the form \"{form}\", \"{place}\", column {column}: the function \"{name}\" needs a name written in quotes here.";
    PatternWrong Fix "表格“{form}”：“{place}”第 {column} 个字：这个 regex 写法不能用：{reason}。"
        "In the form \"{form}\", \"{place}\", column {column}: this regex cannot be used: {reason}.";

    // Sending
    Unreachable Retry "现在连不上县里。内容都在手机里，到有信号的地方再试。"
        "The county cannot be reached now. Everything is on the phone; try again where there is signal.";
    TooSlow Retry "网络太慢，这次没传完。内容都在手机里，会从断的地方接着传。"
        "The link is too slow; not everything was sent. It is all on the phone and goes on from where it stopped.";
    NotTheCounty Retry "这个网络要先登录（如酒店、商场的无线网）。内容都在手机里，换个网络再试。"
        "This network wants a log-in page first. Everything is on the phone; try another network.";
    CountyNotTrusted Retry "对方的证书不是本县的，什么都没有传。内容都在手机里，请换个网络再试；还是这样，请打电话给县里。"
        "The other side could not prove to be your county; nothing was sent. Everything is on the phone; try another network, and ring the county if it goes on.";
    ReplyDamaged Retry "县里的回复不完整。内容都在手机里，请再试一次。"
        "The county's reply was incomplete. Everything is on the phone; try again.";
    CountyBusy Retry "县里正忙，请 {wait_s} 秒后再试。内容都在手机里。"
        "The county is busy; try again in {wait_s} seconds. Everything is on the phone.";
    CountyFull Retry "县里的磁盘满了，暂时收不下。内容都在手机里，请告诉县里。"
        "The county's disk is full. Everything is on the phone; tell the county.";
    RequestTooLarge Fix "这一条太大（上限 {limit}），请缩短说明后再保存。"
        "This item is too large (limit {limit}); shorten the notes and save again.";
    RequestDamaged Retry "传到县里的内容不完整（{place}）。手机里的都在，请再试一次。"
        "What arrived at the county is incomplete ({place}). Everything is on the phone; try again.";
    RequestTooNew Call "县里的版本较旧，还不认识这个应用（{given}）。内容都在手机里，请联系县里更新。"
        "The county's version does not know this app yet ({given}). Everything is on the phone; the county must update.";
    RequestTooOld Fix "本应用太旧（{given}），请更新。内容都在手机里，更新后可以再传。"
        "This app is too old ({given}); update it. Everything is on the phone and can be sent afterwards.";
    SignatureWrong Call "县里认不出这台手机的签名。内容都在手机里，请联系县里。"
        "The county does not recognise this phone's signature. Everything is on the phone; ring the county.";
    DeviceUnknown Call "县里没有这台手机的登记。内容都在手机里，请联系县里。"
        "The county does not know this phone. Everything is on the phone; ring the county.";
    DeviceRetired Call "这台手机已办移交：以前的走访仍可上传，不再下载名单。"
        "This phone's work has been handed over: earlier visits can still be sent, lists are no longer downloaded.";
    DeviceRevoked Call "这台手机已停用。请联系县里。"
        "This phone has been revoked. Ring the county.";
    ExchangeNumberOld Retry "这是以前传过的一次。县里只回了回执，没有再发名单。"
        "This exchange was sent before; the county answered with receipts only.";

    // What became of one item at the county
    WaitsForEarlier Retry "前面还有 {missing} 条没到，先等着。内容都在。"
        "{missing} earlier items have not arrived; this one waits. Nothing is lost.";
    WaitsForSubject Retry "这一条说到的人或那次走访，县里还没有收下，这一条先等着。内容都在。"
        "The county has not taken in the person or the visit that this belongs to; this item waits. Nothing is lost.";
    WaitsForForm Retry "县里还没有这张表，先等着。内容都在。"
        "The county does not have this form yet; the item waits. Nothing is lost.";
    OutsideArea Call "这个村那时不归您负责，已放到待处理，由县里看。内容都在。"
        "This village was not yours at that time; a reviewer will look. Nothing is lost.";
    TimeNotCounted Call "走访时间在 {begins} 以前，县里从那天起才统计，已放到待处理，由县里看。时间填错了请更正。内容都在。"
        "The visit is dated before {begins}, from which day on the county counts; a reviewer will look. If the date is a slip, amend it. Nothing is lost.";
    NotPermitted Call "那时您没有写这一项的权限（职责可能已经变动），已放到待处理，由县里看。内容都在，有疑问请打电话给县里。"
        "You were not permitted to write this at that time (your role may have changed); a reviewer will look. Nothing is lost; ring the county if you wonder why.";
    OfferedAfterRestore Call "县里恢复备份后，手机 {device} 交回的一条旧记录；作者和时间是手机说的，请核对。内容都在。"
        "After the county's backup was restored, phone {device} gave this earlier record back; its author and time are what the phone says: please check. Nothing is lost.";
    ItemUndecodable Call "这一条读不出来，已原样存放，由县里看。内容都在。"
        "This item cannot be read; it is kept as it came for a reviewer. Nothing is lost.";
    ItemNotHandled Call "县里的程序现在处理不了这一条，已原样存放，由县里看。内容都在。"
        "The county's program cannot handle this item for now; it is kept as it came for a reviewer. Nothing is lost.";
    ChainBroken Call "这台手机的记录在第 {serial} 条接不上，从那里起已原样存放。内容都在。"
        "This phone's log does not join at item {serial}; from there on it is kept as it came. Nothing is lost.";
    NotAdopted Call "县里看过，没有采用：{reason}。原样还存着。"
        "The county has looked at this and did not adopt it: {reason}. It is kept as it came.";
    DecidedBefore Call "这条在手机换新记录以前的那一份，县里已经定过，已放到待处理，由县里看，不会计两次。内容都在。"
        "The county has already decided on this item as sent before the phone began a new log; a reviewer will look, and nothing counts twice. Nothing is lost.";
    DeviceWasRevoked Call "这台手机已停用，内容已放到待处理，由县里看。"
        "This phone has been revoked; its items wait for a reviewer.";

    // Storage and start
    DiskFull Fix "手机空间不够，刚才这一步没有存上。请删些照片或视频再试；以前的走访都在。"
        "The phone is out of space and the last step was not saved. Make room and try again; earlier visits are safe.";
    FileNotSaved Fix "文件没有存成。没传的内容都还在手机里，没有动。请再试一次，或请乡镇帮忙。"
        "The file was not saved. What waits is still on the phone, untouched. Try again, or ask the township.";
    DatabaseDamaged Call "数据文件损坏，已原样放到一边，没有删除。请打电话给县里。"
        "The database is damaged; it was set aside, not deleted. Ring the county.";
    DatabaseNewer Call "数据来自更新的版本（{given}），请更新后再打开。数据都在。"
        "The database was written by a newer version ({given}); update first. The data is safe.";
    DatabaseMissing Call "数据文件夹 {path} 里没有数据库，但密钥文件 {keys} 还在，说明这个县已经有数据。没有新建任何东西。是不是磁盘没有挂上？挂上再启动；数据真的丢了，请把备份恢复到另一个文件夹（restore --data）。"
        "There is no database in the folder {path}, but its key file {keys} is there: this county has data already. Nothing was made. Is a disk not mounted? Mount it and start again; if the data is lost, restore the backup into another folder (restore --data).";
    KeyFileMissing Call "找不到密钥文件 {path}。没有它数据打不开；请从备份放回，不要新建。"
        "The key file {path} is missing. Without it the data cannot be opened; restore it from the backup, do not make a new one.";
    KeysMisfit Call "密钥文件 {keys} 打不开数据库 {path}：或者密钥文件不是它的，或者数据库的开头坏了、文件不全。两样都没有改动。请先看是不是拿错了密钥文件；不是，就把整个备份恢复到另一个文件夹（restore --data）。"
        "The key file {keys} does not open the database {path}: either it is not its key file, or the beginning of the database is damaged or the file is cut short. Both were left as they are. See first whether it is the right key file; if it is, restore the whole backup into another folder (restore --data).";
    KeyFileDamaged Call "密钥文件 {path} 读不出来：{reason}。没有改动它。"
        "The key file {path} cannot be read: {reason}. It was left as it is.";
    CountyDatabaseDamaged Call "数据库 {path} 损坏，没有改动它。请从备份恢复；手机会把缺的再传一次。"
        "The database {path} is damaged; it was left as it is. Restore the backup; the phones send again what is missing.";
    BackupUnreadable Fix "备份 {path} 打不开：{reason}。没有改动任何数据。"
        "The backup {path} cannot be opened: {reason}. Nothing was changed.";
    DataInUse Fix "数据文件夹 {path} 正被另一个程序使用，多半是 `serve`，或还没做完的另一个命令。等它做完，或先停掉它，再来一次。"
        "The data folder {path} is in use by another program, most likely `serve` or a command that is not done yet. Wait until it is done, or stop it, then try again.";
    NotEmpty Fix "{path} 里已经有数据，没有改动它。请用 `--data` 换一个空的文件夹；如果这里的数据确实不用了，就先移到别处，再来一次。"
        "There is something in {path} already; it was left as it is. Name an empty folder with `--data`; if what is here is not needed any more, move it elsewhere first, then try again.";
    ArgumentWrong Fix "“{name}”：{reason}。"
        "\"{name}\": {reason}.";
    NothingToChange Fix "“{name}”：{reason}。没有要改的，什么也没有写。"
        "\"{name}\": {reason}. There is nothing to change; nothing was written.";
    RightMissing Fix "{name} 今天在{area}没有办这件事的职责，要{roles_zh}来办。没有改动。"
        "{name} has no role in {area} today for this; it takes: {roles_en}. Nothing was changed.";
    ServerFull Fix "服务器的磁盘满了，{path} 里写不下。没有改动已有的数据，也没有留下半个文件。请腾出空间再来一次。"
        "The server's disk is full: there is no room in {path}. Nothing that was there was changed, and no half file was left. Make room and try again.";
    FolderNotWritable Fix "不能写入文件夹 {path}。请检查权限和磁盘。"
        "The folder {path} cannot be written. Check permissions and disk.";
    PortInUse Fix "端口 {address} 已被占用。请换一个端口，或先停掉占用它的程序。"
        "The address {address} is in use. Choose another, or stop the program that holds it.";
    ConfigWrong Fix "设置（{path}）：{reason}。"
        "The settings ({path}): {reason}.";
    NotFromHere Fix "这个地址没有这一项。"
        "There is no such thing at this address.";
    Internal Call "程序出错了（{reference}）。内容都在，请把这个编号告诉县里。"
        "The program failed ({reference}). Nothing is lost; tell the county this reference.";
}
