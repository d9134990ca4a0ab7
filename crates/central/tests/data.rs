//! The shipped rules and practice world: that they are read, and that their numbers are right.

use jiff::civil::{Date, date};
use seal_central::{RULES, practice, rules};
use seal_core::calendar::Calendar;
use seal_core::declaration::DeclarationNo;
use seal_core::rules::{GoodsGroup, LegalGround, RulePack};
use seal_core::scan::{NothingKnown, ScanContext, Symbology, What, recognise};

#[test]
fn the_rule_pack_decides_every_ground_today_and_cites_where_it_is_written() {
    let pack = rules().unwrap();
    assert_eq!(pack, RulePack::parse(RULES).unwrap());
    let today = date(2026, 11, 23);
    let groups: Vec<_> = LegalGround::ALL.map(|ground| pack.decide_goods(ground, today).unwrap().group).into();
    // Dispatch 1023, points 1.a and 1.b.
    assert_eq!(groups, [GoodsGroup::A, GoodsGroup::A, GoodsGroup::A, GoodsGroup::B, GoodsGroup::C]);
    assert_eq!(pack.decide_goods(LegalGround::Transit, date(2022, 3, 24)), None, "before the dispatch");
    let rule = pack.return_rule(today).unwrap();
    assert_eq!((rule.working_days, rule.count_first_day), (3, false));
    assert_eq!(pack.arm_photos.len(), 4);
}

#[test]
fn the_calendars_give_the_weekdays_off_and_the_weekends_worked_of_the_notices() {
    // Counted by hand from the notices: 2025 twelve weekdays off, 2026 fourteen.
    for (year, off, worked) in
        [(2025, 12, vec![date(2025, 4, 26)]), (2026, 14, vec![date(2026, 1, 10), date(2026, 8, 22)])]
    {
        let pack = rules().unwrap();
        let calendar = pack.calendars.iter().find(|calendar| calendar.year == year).unwrap();
        assert!(
            calendar.off.iter().all(|day| day.date.year() == year && day.date.weekday().to_monday_one_offset() < 6)
        );
        assert!(calendar.worked.iter().all(|day| day.weekday().to_monday_one_offset() >= 6));
        assert_eq!((calendar.off.len(), &calendar.worked), (off, &worked));
    }
    let pack = rules().unwrap();
    let due = |received: Date| Calendar(&pack.calendars).deadline(received, 3, false);
    // Received Monday 23.11.2026: 24.11 is a holiday, so Wed 25, Thu 26, Fri 27.
    assert_eq!(due(date(2026, 11, 23)), Ok(date(2026, 11, 27)));
    // 2027 is not published yet.
    assert!(due(date(2026, 12, 30)).is_err());
}

#[test]
fn the_practice_world_is_of_the_right_form() {
    let world = practice::World::load().unwrap();
    let start = "2026-11-23T01:00:00Z".parse().unwrap();
    let (seals, cases) = (world.seals(start).unwrap(), world.cases(start).unwrap());
    let offices: Vec<_> = world.offices.iter().map(|office| &office.code).collect();
    assert!(world.accounts.iter().all(|account| offices.contains(&&account.officer.unit)));
    assert!(seals.iter().all(|seal| offices.contains(&&seal.owner) && offices.contains(&&seal.holder)));
    let mut numbers: Vec<_> = seals.iter().map(|seal| &seal.no).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), seals.len());

    for case in &cases {
        assert!(offices.contains(&&case.origin) && offices.contains(&&case.destination));
        let declaration = case.declaration.clone().unwrap();
        assert_eq!(DeclarationNo::parse(declaration.as_ref()), Ok(declaration.clone()), "mod 7");
        assert_eq!(case.sheet_codes.len(), case.containers.len());
        for (code, container) in case.sheet_codes.iter().zip(&case.containers) {
            let context = ScanContext { known: &NothingKnown, wanted: None };
            let what = recognise(code, Some(Symbology::Qr), &context).what;
            let row = What::ContainerSheetRow {
                container: Some(container.clone()),
                declaration: Some(declaration.clone()),
                office: Some(case.origin.as_str().to_owned()),
            };
            assert_eq!(what, row, "{code}");
        }
    }
}
