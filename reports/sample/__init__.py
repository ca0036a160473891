"""Sample data for a first look: invented institutions and figures on real administrative units.

Everything made here is marked (`is_sample`) and shown as "Số liệu minh hoạ". It follows from fixed
words through `chance.py`, so that two machines make the same rows. What exists is kept: a second
run adds what is missing and never touches what people entered.

    provinces.py     what each province looks like: numbers, gaps, who reported when
    people.py        reporting units and accounts
    institutions.py  libraries, museums and culture centres, opened and closed
    figures.py       rounds, values and their history
    inspections.py   a few answers that were looked at on the spot
    making.py        all of it in order
"""
