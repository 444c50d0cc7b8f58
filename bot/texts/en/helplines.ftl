### Crisis lines of the reader's country, beside those that everybody reads (`care/helplines.py`).

helpline-call = In { $country }: call { $name }, { $number } ({ $hours }).
helpline-text = In { $country }: call or text { $number }, { $name } ({ $hours }).
country-ca = Canada
country-gb = the UK
country-ie = Ireland
country-de = Germany
country-es = Spain
country-mx = Mexico
country-au = Australia
