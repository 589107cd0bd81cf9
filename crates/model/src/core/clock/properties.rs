//! What must hold for every amount, in zones with and without summer time.

use super::tests::jp;
use super::*;
use crate::core::text::Message;
use crate::core::time::{Time, Zone};
use proptest::prelude::*;

/// 2026-02-01 to about 2027-07-01, so that a limit stays inside the calendar.
const FROM: i64 = 1_769_904_000_000;
const TO: i64 = 1_814_400_000_000;

fn zone() -> impl Strategy<Value = Zone> {
    prop_oneof![Just("Asia/Tokyo"), Just("Europe/Brussels"), Just("America/New_York")]
        .prop_map(|name| Zone::named(name).unwrap())
}

fn unit() -> impl Strategy<Value = Unit> {
    prop_oneof![
        Just(Unit::Minute),
        Just(Unit::Hour),
        Just(Unit::CalendarDay),
        Just(Unit::BusinessDay),
        Just(Unit::Month)
    ]
}

fn amount() -> impl Strategy<Value = Amount> {
    (unit(), 0..6_i64, any::<bool>()).prop_map(|(unit, n, include_first_day)| Amount {
        amount: if unit == Unit::Month { n } else { n * 5 },
        unit,
        include_first_day,
    })
}

fn stage(rollover: Rollover) -> Stage {
    Stage {
        id: "s".into(),
        label: Message::new("段階", "Stage"),
        start: Start::Trigger,
        start_setting: None,
        condition: vec![],
        amount: 0,
        unit: Unit::Hour,
        include_first_day: false,
        rollover,
        cap: None,
        late_branch: None,
        qualitative: None,
        amount_setting: None,
        amount_field: None,
        variants: vec![],
        warn_before_minutes: 0,
        done_by: None,
        over_by: None,
        form: None,
        recipient: None,
        role: None,
        meets: vec![],
    }
}

fn at(rollover: Rollover, amount: Amount, start: i64, zone: &Zone) -> Time {
    let starts = Starts::at(Time::from_millis(start));
    due(&stage(rollover), amount, starts, zone, Some(&jp())).unwrap().at
}

proptest! {
    #[test]
    fn a_limit_is_never_before_its_start(
        start in FROM..TO, amount in amount(), zone in zone(),
        rollover in prop_oneof![
            Just(Rollover::None), Just(Rollover::NextOpenDay), Just(Rollover::NextOpenDayNoon)
        ],
    ) {
        prop_assert!(at(rollover, amount, start, &zone).millis() >= start);
    }

    #[test]
    fn more_is_never_earlier(start in FROM..TO, amount in amount(), zone in zone()) {
        let more = Amount { amount: amount.amount + 1, ..amount };
        let (less, more) = (at(Rollover::None, amount, start, &zone), at(Rollover::None, more, start, &zone));
        prop_assert!(less <= more);
    }

    /// Elapsed hours that roll over are left out: half past midnight on Monday is due before the
    /// Monday noon that Sunday evening was moved to. That is what such rules say.
    #[test]
    fn a_later_start_is_never_due_earlier(
        a in FROM..TO, b in FROM..TO, amount in amount(), zone in zone(), roll in any::<bool>(),
    ) {
        let days = !matches!(amount.unit, Unit::Minute | Unit::Hour);
        let rollover = if roll && days { Rollover::NextOpenDay } else { Rollover::None };
        let (first, last) = (a.min(b), a.max(b));
        prop_assert!(at(rollover, amount, first, &zone) <= at(rollover, amount, last, &zone));
    }

    #[test]
    fn a_moved_limit_is_on_an_open_day_and_an_open_one_stays(
        start in FROM..TO, amount in amount(), zone in zone(), noon in any::<bool>(),
    ) {
        let rollover = if noon { Rollover::NextOpenDayNoon } else { Rollover::NextOpenDay };
        let plain = at(Rollover::None, amount, start, &zone);
        let moved = at(rollover, amount, start, &zone);
        prop_assert!(jp().is_open(moved.date(&zone).unwrap()).unwrap());
        if jp().is_open(plain.date(&zone).unwrap()).unwrap() {
            prop_assert_eq!(plain, moved);
        }
    }

    #[test]
    fn days_and_months_end_with_the_last_millisecond_of_a_local_day(
        start in FROM..TO, amount in amount(), zone in zone(),
    ) {
        let limit = at(Rollover::None, amount, start, &zone);
        if !matches!(amount.unit, Unit::Minute | Unit::Hour) {
            prop_assert_eq!(limit.show_clock(&zone), "23:59");
            prop_assert_ne!(limit.date(&zone), limit.plus(1).date(&zone));
        }
    }

    #[test]
    fn months_land_on_the_same_day_or_the_last(start in FROM..TO, n in 0..14_i64, zone in zone()) {
        let amount = Amount { amount: n, unit: Unit::Month, include_first_day: false };
        let from = Time::from_millis(start).date(&zone).unwrap().civil();
        let to = at(Rollover::None, amount, start, &zone).date(&zone).unwrap().civil();
        let months = (i64::from(to.year()) - i64::from(from.year())) * 12
            + i64::from(to.month()) - i64::from(from.month());
        prop_assert_eq!(months, n);
        prop_assert!(to.day() == from.day() || (to.day() < from.day() && to == to.last_of_month()));
    }
}

#[test]
fn days_in_brussels_keep_their_local_end_across_summer_time() {
    let zone = Zone::named("Europe/Brussels").unwrap();
    let start = Time::parse("2026-03-27T10:00:00+01:00", &zone).unwrap();
    let days = Amount { amount: 3, unit: Unit::CalendarDay, include_first_day: false };
    let end = Time::parse("2026-03-30T23:59:59.999+02:00", &zone).unwrap();
    assert_eq!(days.from(start, &zone, None).unwrap(), end);
    // Hours are elapsed: 72 of them end an hour later on the clock.
    let hours = Amount { amount: 72, unit: Unit::Hour, include_first_day: false };
    let end = Time::parse("2026-03-30T11:00:00+02:00", &zone).unwrap();
    assert_eq!(hours.from(start, &zone, None).unwrap(), end);
}

#[test]
fn what_cannot_be_counted_is_an_error() {
    let zone = Zone::tokyo();
    let now = Time::from_millis(FROM);
    for unit in [Unit::Minute, Unit::Hour, Unit::CalendarDay, Unit::Month] {
        for amount in [-1, i64::MAX, i64::MAX / 60_000 - 1] {
            let wrong = Amount { amount, unit, include_first_day: true };
            assert_eq!(
                wrong.from(now, &zone, None),
                Err(ClockError::OutOfRange { amount }),
                "{unit:?}"
            );
        }
    }
    let business = Amount { amount: 1, unit: Unit::BusinessDay, include_first_day: false };
    assert!(matches!(business.from(now, &zone, None), Err(ClockError::NoCalendar { .. })));
}
