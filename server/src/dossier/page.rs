//! The document as a page that is read and printed anywhere.

use super::{Dossier, Held, SHOWN, Written, is_inner};
use crate::cli::moment;

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>个人信息查阅 · Personal information held</title>\
<style>body{font:14px/1.6 \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}\
h1{font-size:1.4rem}h2{font-size:1.1rem;border-bottom:1px solid #999;margin-top:2rem}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top}\
th{width:12rem;font-weight:normal;color:#555}p{margin:.3rem 0}.small{color:#666;font-size:12px}\
@media print{body{margin:0;max-width:none}h2,table{break-inside:avoid}}</style>";

/// The whole page.
pub fn html(dossier: &Dossier) -> String {
    let mut page = String::from(HEAD);
    let (name, by, at) = (escaped(&dossier.name), escaped(&dossier.made_by), moment(dossier.made_ms));
    page.push_str(&format!(
        "<h1>个人信息查阅 <span class=\"small\">Personal information held</span></h1>\
         <p>服务对象 (Person)：<b>{name}</b></p><p>制作 (Made by)：{by}　{at}</p>\
         <p class=\"small\">依据《个人信息保护法》第四十五条。以下是县里保存的全部内容，和谁在什么时候写的、谁看过。\
         Under article 45 of the Personal Information Protection Law: all that the county keeps, who wrote it when, and who looked at it.</p>"
    ));
    dossier.records.iter().for_each(|held| record(&mut page, held));
    page.push_str("<h2>谁看过 <span class=\"small\">Who looked at it</span></h2><table>");
    for one in &dossier.looked {
        page.push_str(&row(&moment(one.at_ms), &format!("{} · {}", one.by, act(&one.act))));
    }
    page.push_str(
        "</table><p class=\"small\">带走名单（导出）按名单记在查看记录里，不逐人列出。\
         Lists that were taken along are logged as lists, not by person.</p></html>",
    );
    page
}

fn record(page: &mut String, held: &Held) {
    let (kind, title) = (escaped(&held.kind), escaped(&held.title));
    let heading = if title.starts_with(&kind) { title } else { format!("{kind} {title}") };
    page.push_str(&format!("<h2>{heading}</h2>"));
    held.written.iter().for_each(|one| written(page, one));
}

fn written(page: &mut String, one: &Written) {
    let (at, arrived) = (moment(one.at_ms), moment(one.arrived_ms));
    page.push_str(&format!(
        "<p>{} · {at} <span class=\"small\">到县里 (arrived) {arrived} · {}</span></p><table>",
        escaped(&one.by),
        escaped(&one.state)
    ));
    for field in one.fields.iter().filter(|field| !is_inner(&field.key)) {
        page.push_str(&row(&field.name, &field.words));
    }
    page.push_str("</table>");
}

fn row(name: &str, words: &str) -> String {
    format!("<tr><th>{}</th><td>{}</td></tr>", escaped(name), escaped(words))
}

/// What was done, in words.
fn act(code: &str) -> &str {
    match code {
        "opened" => "查看走访内容 (opened the answers)",
        "erasure_asked" => "申请删除 (asked for erasure)",
        "erasure_refused" => "不同意删除 (refused erasure)",
        "restricted" => "限制处理 (restricted)",
        "unrestricted" => "不再限制处理 (restriction ended)",
        SHOWN => "查阅、复制 (made this document)",
        other => other,
    }
}

/// What anybody wrote is text and never a page's own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_text_and_no_markup() {
        assert_eq!(escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
