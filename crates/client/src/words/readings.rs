//! How characters are read: the table of the `pinyin` crate, and surnames that are read differently
//! as such. Source of the surnames: 通用规范汉字表 and 现代汉语词典, entries marked 姓.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Surnames of two characters whose reading the table would get wrong, or split.
const DOUBLE: &[(&str, [&str; 2])] = &[
    ("尉迟", ["yu", "chi"]),
    ("万俟", ["mo", "qi"]),
    ("单于", ["chan", "yu"]),
    ("长孙", ["zhang", "sun"]),
    ("澹台", ["tan", "tai"]),
    ("令狐", ["ling", "hu"]),
    ("尉犁", ["yu", "li"]),
    ("皇甫", ["huang", "fu"]),
    ("宗政", ["zong", "zheng"]),
    ("夏侯", ["xia", "hou"]),
    ("鲜于", ["xian", "yu"]),
];

/// Surnames of one character that are read differently as such.
const SINGLE: &[(char, &str)] = &[
    ('单', "shan"),
    ('解', "xie"),
    ('查', "zha"),
    ('仇', "qiu"),
    ('朴', "piao"),
    ('盖', "ge"),
    ('区', "ou"),
    ('曾', "zeng"),
    ('任', "ren"),
    ('华', "hua"),
    ('翟', "zhai"),
    ('乐', "yue"),
    ('员', "yun"),
    ('贠', "yun"),
    ('黑', "he"),
    ('缪', "miao"),
    ('种', "chong"),
    ('秘', "bi"),
    ('覃', "qin"),
    ('折', "she"),
    ('繁', "po"),
    ('召', "shao"),
    ('祭', "zhai"),
    ('郗', "xi"),
    ('佴', "nai"),
    ('句', "gou"),
    ('燕', "yan"),
    ('应', "ying"),
    ('过', "guo"),
    ('柏', "bai"),
    ('车', "che"),
    ('谌', "chen"),
    ('呙', "guo"),
    ('阚', "kan"),
    ('乜', "nie"),
    ('洗', "xian"),
    ('冼', "xian"),
    ('牟', "mu"),
    ('那', "na"),
    ('石', "shi"),
    ('盛', "sheng"),
    ('尉', "wei"),
    ('隗', "wei"),
    ('相', "xiang"),
    ('宓', "mi"),
    ('逄', "pang"),
    ('晁', "chao"),
    ('芮', "rui"),
    ('佘', "she"),
    ('笪', "da"),
    ('亓', "qi"),
    ('麴', "qu"),
    ('便', "pian"),
    ('不', "fou"),
    ('重', "chong"),
    ('沈', "shen"),
    ('宁', "ning"),
    ('卜', "bu"),
    ('曲', "qu"),
    ('薄', "bo"),
    ('葛', "ge"),
    ('纪', "ji"),
    ('哈', "ha"),
    ('撒', "sa"),
    ('杜', "du"),
];

/// The surname that a name begins with, when it has a reading of its own: its length in characters,
/// and its syllables.
pub(super) fn surname(name: &[char]) -> Option<(usize, Vec<String>)> {
    let begins = |surname: &str| surname.chars().zip(name).filter(|(one, other)| one == *other).count() == 2;
    if let Some((_, syllables)) = DOUBLE.iter().find(|(surname, _)| begins(surname)) {
        return Some((2, syllables.map(str::to_owned).to_vec()));
    }
    let first = name.first()?;
    let (_, syllable) = SINGLE.iter().find(|(surname, _)| surname == first)?;
    Some((1, vec![(*syllable).to_owned()]))
}

/// Every reading of a character, the usual one first, without tones; `ü` as `v` and also as `u`,
/// since people type either. A letter or digit is read as itself; nothing for what has no reading.
pub(super) fn of(character: char) -> Vec<String> {
    if character.is_ascii_alphanumeric() {
        return vec![character.to_string()];
    }
    let usual = character.to_pinyin().map(|reading| reading.plain()).into_iter();
    let others = character.to_pinyin_multi().into_iter().flatten().map(|reading| reading.plain());
    let mut readings: Vec<String> = Vec::new();
    for reading in usual.chain(others) {
        for spelling in [reading.replace('ü', "v"), reading.replace('ü', "u")] {
            if !readings.contains(&spelling) {
                readings.push(spelling);
            }
        }
    }
    readings
}

/// A letter of pinyin without its tone; `None` for a mark that is only a tone.
pub(super) fn without_tone(letter: char) -> Option<char> {
    Some(match letter {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => 'u',
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'ü' => 'v',
        'ń' | 'ň' | 'ǹ' => 'n',
        '\u{0300}'..='\u{036F}' | '1'..='5' => return None,
        other => other,
    })
}
