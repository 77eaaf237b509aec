#!/usr/bin/env python3
"""Days written in every form of ISO 8601, and their seconds since 1970, by Python's datetime.

    python3 tests/gold/table/dates.py > tests/gold/table/dates.inc
"""
import datetime
import random

EPOCH = datetime.datetime(1970, 1, 1)
DAYS = ["0001-01-03", "1600-02-29", "1899-12-31", "1900-03-01", "1969-12-31", "1970-01-01",
        "1999-12-31", "2000-02-29", "2004-12-31", "2005-01-01", "2008-12-29", "2010-01-03",
        "2016-12-31", "2020-12-31", "2024-03-31", "2024-12-30", "2038-01-20", "2100-02-28", "9998-12-31"]


def main():
    rng = random.Random(3)
    print("/* Made by dates.py. */")
    for text in DAYS:
        day = datetime.date.fromisoformat(text)
        year, week, weekday = day.isocalendar()
        ordinal = day.timetuple().tm_yday
        for form in (text, text.replace("-", ""), "%04d-%03d" % (day.year, ordinal),
                     "%04d%03d" % (day.year, ordinal), "%04d-W%02d-%d" % (year, week, weekday),
                     "%04dW%02d%d" % (year, week, weekday)):
            h, m, s = rng.randrange(24), rng.randrange(60), rng.randrange(60)
            zone = rng.choice([-720, -90, 0, 60, 330, 840])
            at = datetime.datetime(day.year, day.month, day.day)
            print('{"%s", %d},' % (form, (at - EPOCH).total_seconds()))
            at += datetime.timedelta(hours=h, minutes=m, seconds=s)
            sign, (zh, zm) = "-" if zone < 0 else "+", divmod(abs(zone), 60)
            print('{"%sT%02d:%02d:%02d%s%02d:%02d", %d},' % (
                form, h, m, s, sign, zh, zm, (at - EPOCH).total_seconds() - zone * 60))


main()
