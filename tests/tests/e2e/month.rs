//! A whole month with few people: everybody in exactly one column, and figures that four ways of counting agree on.

use system_tests::month::{Options, play};

#[test]
fn a_month_passes_and_its_figures_are_those_of_plain_sql() {
    let folder = crate::world::folder("month");
    let options = Options { folder: folder.clone(), subjects: 400, screens: None, stay: false, quiet: true };
    let ending = play(&options).unwrap();
    assert_eq!(ending.columns.values().sum::<usize>(), ending.register, "everybody in one column");
    assert!(ending.register > 300, "{}", ending.register);
    for column in ["excluded", "met_home", "met_other", "change_pending", "tried", "silent", "not_yet"] {
        assert!(ending.columns[column] > 0, "somebody stands in {column}: {:?}", ending.columns);
    }
    let compared = &ending.compared;
    assert_eq!((compared.cells, compared.agree), (200, 200));
    assert!(compared.not_zero > 80, "agreeing on nothing proves little: {compared:?}");
    for word in ["去世", "丢手机", "紧急", "漏雨", "12 天没有信号", "移交", "登记", "只报告情况变了"]
    {
        let told = ending.told.iter().any(|line| line.starts_with(word));
        assert!(told, "{word}: {:#?}", ending.told);
    }
    std::fs::remove_dir_all(folder).unwrap();
}
