#!/usr/bin/env python3
"""Check `eval/data/help-centre-questions.jsonl`: 60 questions in a visitor's own words.

Each question must name an article that exists, `contains` must stand in that article, and the question
must share no content word with the title of an article that answers it. Stop words and product names do
not count; words are compared by a rough stem, so that "reset" and "resetting" are the same word.
Prints each fault and the overlap found, and exits with 1 if there is any.

    python3 eval/check_questions.py [--verbose]
"""

import json
import re
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
ARTICLES = DATA / "help-centre"
WANTED = 60

STOP_WORDS = set(
    """a about above after again against all also am an and any are as at back be because been before being
    below between both but by can cannot come could did do does doing done down during each even ever few for
    from further get gets getting go goes gone got had has have having he her here him his how i if in into is
    isnt it its just know let like many may me mine more most much must my need never no nor not nothing now of
    off on once one ones only or other our out over own please put s same say says she should so some still
    such t than that the their them then there these they thing things this those through to too under until
    up us use used uses using very want was we well were what when where which while who whom why will with
    without won would you your yours d don doesn didn isn aren wasn couldn can ll m re ve""".split()
)

# Names nobody can avoid: the maker, its boards, kits, shields and programs, and the others it names.
# Those of several words count only as a whole: "control" alone is a word like any other.
PRODUCT_NAMES = """arduino|uno|mega|nano|giga|opta|portenta|nicla|mkr|alvik|opla|oplà|diecimila|vidor|modulino
machine control|edge control|motor carrier|iot carrier|iot kit|starter kit|student kit|engineering kit
science journal|sense me|nano 33|33 iot|33 ble|rp2040 connect|rp2040|esp32|esp8266|nb 1500|wan 1310|1310|1500
1010|gsm|r1|r2|r3|r4|h7|x8|uno q|ctc go|ctc 101|wi-fi|wifi|wifinina|lora|lorawan|sigfox|qwiic|matlab
simulink|mathworks|linux|windows|macos|ubuntu|debian|chromebook|brave|onedrive|openmv|discord|amazon
iot cloud|arduino cloud|cloud editor|app lab|plc ide|ide 1|ide 2|ide|cli""".replace("\n", "|")
PRODUCTS = re.compile(rf"\b(?:{'|'.join(sorted(PRODUCT_NAMES.split('|'), key=len, reverse=True))})\b")


def stem(word: str) -> str:
    """A rough English stem: enough to see that two words are forms of one."""
    for ending in ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ers", "er", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def content_words(text: str) -> set[str]:
    """Stems of the words that carry meaning, without stop words and product names."""
    plain = PRODUCTS.sub(" ", text.lower().replace("’", "'").replace("®", ""))
    return {stem(word) for word in re.findall(r"[^\W_]+", plain) if word not in STOP_WORDS}


def title_of(article: str) -> str:
    """The title in the article's front matter."""
    text = (ARTICLES / article).read_text(encoding="utf-8")
    found = re.search(r"^title:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip("\"' ") if found else Path(article).stem


def faults_of(entry: dict) -> list[str]:
    """What is wrong with one question, in words."""
    faults = []
    for article in [entry["article"], *entry["also"]]:
        if not (ARTICLES / article).is_file():
            return [f"no such article: {article}"]
        shared = content_words(entry["question"]) & content_words(title_of(article))
        if shared:
            faults.append(f"shares {sorted(shared)} with the title `{title_of(article)}`")
    if entry["article"] in entry["also"]:
        faults.append("`also` repeats `article`")
    if entry["contains"] and entry["contains"] not in (ARTICLES / entry["article"]).read_text(encoding="utf-8"):
        faults.append(f"`contains` is not in the article: {entry['contains']!r}")
    return faults


def main() -> int:
    """Check all questions; the exit code says whether they are sound."""
    lines = (DATA / "help-centre-questions.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    bad = 0
    if len(entries) != WANTED or len({e["question"] for e in entries}) != WANTED:
        print(f"wanted {WANTED} different questions, found {len(entries)}")
        bad += 1
    for number, entry in enumerate(entries, 1):
        faults = faults_of(entry)
        bad += bool(faults)
        for fault in faults:
            print(f"{number}: {entry['question']}\n    {fault}")
        if "--verbose" in sys.argv and not faults:
            print(f"{number}: {entry['question']}\n    {title_of(entry['article'])}")
    folders = {e["article"].rsplit("/", 1)[0] for e in entries}
    print(f"{len(entries)} questions about {len({e['article'] for e in entries})} articles in {len(folders)} folders, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
