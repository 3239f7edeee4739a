"""What Python answers to 1,000 texts of every kind, for the JavaScript runtime to be held against.

    python tests/js/parity.py BUNDLE OUT.jsonl

One object a line: the text, its token ids, the logits, and the prediction. The texts are the same on every run. Lone halves of
surrogate pairs are escaped, as everything outside ASCII is.
"""

# ruff: noqa: E501

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import sayso

COUNT = 1000

PLAIN = """who calls login|where is UserAuth defined|grep for TODO in src|draw the call graph of parse()|is the index up to date|hello|thanks!|
trace a path from main to the database|what does render_page call?|find callers of Foo::bar, please|show me everything that uses it|help|
Write a function that sorts a list of numbers|What is 2+2?|prove that there are infinitely many primes|design a system for 10 million users|
my tests fail since the upgrade and I do not know why|translate this to French|a haiku about autumn|and then?|no|yes|ok|?|why|I|x""".replace(
    "\n", ""
).split("|")

SCRIPTS = """Où est définie la classe « UserAuth » ?|¿Quién llama a la función «iniciar sesión»?|Wer ruft die Größe der Straße auf? ÄÖÜ ẞ|Где определён класс? ЁЖИК|
Ποιος καλεί τη συνάρτηση; ΟΔΟΣ ΣΊΣΥΦΟΣ|誰がログイン関数を呼び出しますか|ログイン関数の呼び出し元を検索|ﾛｸﾞｲﾝ ｶﾞ ﾊﾟ|谁调用了登录函数？|誰調用了登入函式|로그인 함수를 호출하는 곳은 어디인가요|ㅎㅏㄴㄱㅡㄹ|
من يستدعي دالة تسجيل الدخول؟|مَنْ يَسْتَدْعِي|چه کسی تابع ورود را صدا می‌زند|לְמִי שָׁלוֹם|מי קורא לפונקציה|ใครเรียกใช้ฟังก์ชันเข้าสู่ระบบ|लॉगिन फ़ंक्शन को कौन बुलाता है|
লগইন ফাংশন কে ডাকে|யார் உள்நுழைவு செயல்பாட்டை அழைக்கிறார்கள்|లాగిన్ ఎవరు పిలుస్తారు|ಲಾಗಿನ್|ലോഗിൻ|લૉગિન|ਲਾਗਇਨ|ලොගින්|ເຂົ້າສູ່ລະບົບ|ចូល|အကောင့်ဝင်ရန်|ནང་འཛུལ|
შესვლა ᲨᲔᲡᲕᲚᲐ|Մուտք գործել ԵՒ և|መግቢያ|ᏣᎳᎩ ꭰꭱ|ᐃᓄᒃᑎᑐᑦ|ᠮᠣᠩᠭᠣᠯ|𐌰𐌱𐌲|𓀀𓁐|𝒽ℯ𝓁𝓁ℴ 𝟙𝟚𝟛|ｆｕｌｌ　ｗｉｄｔｈ　ＡＢＣ|ﬁ ﬂ ﬃ ǆ ŉ|① ② ㈱ ㋿ ㍿ ⅷ ½ ²|
İstanbul ISPARTA ıi|Ǆ ǅ ǆ|Å Å Å|ﷺ ﷽|𠀀𠮷野家 𪚥|㐀㐁|々〆ヶ|한국어 漢字 かな カナ mixed テスト test|Tiếng Việt: ai gọi hàm đăng nhập?|Kto wywołuje funkcję żółć?|Þórr ðæ|ħ ŧ ŋ ŀ""".replace(
    "\n", ""
).split("|")

SPECIAL = [
    *("", " ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2003\u2003", "\ufeff", "\u200b", "\u200d", "\u00ad", "\u0085", "\u2028", "\u180e"),
    *("\x00", "\x01\x02", "\x1c", "\x1f \x1e", "\x7f", "\x80\x9f", "\x0b\x0c", "a\x00b", "a\x1cb", "a\x85b", "a\ufeffb", "\ufeffwho calls", "a\u200bb"),
    *("\ud800", "\udc00", "a\ud800b", "\ud800\ud800", "\udc00\ud800", "x\ud83d", "\ude00x", "\ud83d\ude00", "who calls \udfff login", "\ud800 "),
    *("\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "\U000f0000", "\u2581", "\u2581\u2581a", "a\u2581b", "▁", "～", "a～b\ue000"),
    *("[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "[MASK] who [CLS] calls[SEP]login", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "a<mask> b", "a <mask>b"),
    *("＜s＞", "＜unk＞", "<s></s>", "< s >", "[cls]", "[ MASK ]", "##ing", "##", "a##b", "<0x41>", "<s><s> a", " <mask> ", "[MASK][MASK]"),
    *("e\u0301", "é", "a\u0300\u0323\u0301", "a\u0323\u0300", "\u0301", "\u0301\u0301\u0301", "q\u0307\u0323", "Z\u0351\u036b\u0343a\u0321l\u030dgo\u0327"),
    *("😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪🇫🇷", "1️⃣", "❤️", "who 🔍 calls 📞 login", "🫠🫨🪿", "☺☻", "😀" * 50, "a😀b😀c", "♥\ufe0e", "⌚️"),
    *("...", "?!?!", "---", "'''", "“quoted” ‘text’", "—–‒", "a-b_c.d/e\\f", "$100 €5 £3 ¥7 ₿1", "C++ C# F# .NET", "$& $1 $$", "a&amp;b", "<b>x</b>"),
    *("٣٤٥ १२३ ๑๒๓", "१.५", "1,000.50", "3.14e-10", "0xDEADBEEF", "1_000", "²³¹", "½¾", "Ⅷ", "٪", "10^9", "−5", "∑∫√∞≠≤", "αβγ ∀x∃y"),
    *("https://example.com/a/b?c=d&e=%20f#g", "mailto:a.b+c@example.co.uk", "C:\\Users\\me\\file.txt", "/usr/local/lib/python3.11", "~/x", "127.0.0.1:8080"),
    *("def f(x):\n    return x + 1", "SELECT * FROM t WHERE a = 'b';", "if (a && !b || c?.d ?? e) {}", "fn main() -> Result<(), Box<dyn Error>> {}", "λ x → x"),
    *("git rebase -i HEAD~3", "{\"a\": [1, 2, null]}", "<div class=\"x\">&nbsp;</div>", "foo_bar_baz fooBarBaz FooBarBaz FOO_BAR", "std::vector<std::string>", "\t\tx = 1\n"),
    *("\u202ewho calls login\u202c", "a\u202eb", "\u2066x\u2069", "שלום hello مرحبا", "\u061cx", "a\u0600b", "\u08e2x\u0890", "\U000110cdx", "\u070f"),
    *("\u1734\U0001171e", "a\u1885b\u1abf", "क\u0951ख", "ക\u0d3b", "\u0b55\u0cbc", "\u2e4f\u2e52 a\u2e5db", "a\u061db", "x\u166dy", "\U000111c9z", "𞤀𞤁𞥊", "𑄀𑄁", "🯰🯱"),
    *("\U0001f16c \u32ff \ua7f2", "\U00010781", "\U0001e030\U0001e06d", "\U000105d2\u0307", "\u0344", "\u0f73\u0f75", "가각힣", "\u1100\u1161\u11a8", "ᄀ\u3000ᅡ"),
    *("a" * 99, "a" * 100, "a" * 101, "login" * 60, "é" * 101, "中" * 300, "ก" * 300, "한" * 300, "a " * 500, "who calls login? " * 200, "x" * 5000, "." * 1000),
    *("\u0301" * 500, "😀" * 400, "[MASK]" * 300, "word " * 20000, "\n".join(f"line {n}" for n in range(400)), "ab\u0000" * 200, " " * 5000 + "x", "x" + " " * 5000),
    *("𠮷" * 150, "ﷺ" * 60, "ab" * 1000 + " who calls login", "\ud800" * 20, "▁" * 50, "  double  spaces   here ", "trailing ", " leading", "a\u00a0b\u2009c\u202fd"),
]  # fmt: skip

BLOCKS = [
    *((0x20, 0x7E), (0xA0, 0x17F), (0x180, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x590, 0x5FF)),
    *((0x600, 0x6FF), (0x700, 0x7BF), (0x7C0, 0x8FF), (0x900, 0x97F), (0x980, 0x9FF), (0xA00, 0xAFF), (0xB00, 0xBFF), (0xC00, 0xCFF), (0xD00, 0xDFF)),
    *((0xE00, 0xEFF), (0xF00, 0xFFF), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x139F), (0x13A0, 0x167F), (0x1680, 0x177F)),
    *((0x1780, 0x18AF), (0x1900, 0x1AFF), (0x1B00, 0x1CFF), (0x1D00, 0x1DFF), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x20FF)),
    *((0x2100, 0x218F), (0x2190, 0x23FF), (0x2400, 0x25FF), (0x2600, 0x27BF), (0x2900, 0x2BFF), (0x2C00, 0x2DFF), (0x2E00, 0x2FFF), (0x3000, 0x30FF)),
    *((0x3100, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA6FF), (0xA700, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xFAFF), (0xFB00, 0xFDFF)),
    *((0xFE00, 0xFFFD), (0x10000, 0x103FF), (0x10400, 0x10FFF), (0x11000, 0x11FFF), (0x12000, 0x1343F), (0x16A00, 0x16FFF), (0x1B000, 0x1D0FF)),
    *((0x1D100, 0x1D7FF), (0x1DF00, 0x1EFFF), (0x1F000, 0x1F2FF), (0x1F300, 0x1F6FF), (0x1F700, 0x1FAFF), (0x20000, 0x2A6DF), (0x2A700, 0x323AF), (0x0, 0x9F)),
]  # fmt: skip
SPACES = [" "] * 8 + ["  ", "\t", "\n", "\u00a0", "\u3000", ""]


def texts(count: int = COUNT) -> list[str]:
    """So many texts: written ones, then words of each block of Unicode, mixtures of blocks, and pieces of the written ones put together."""
    chance = random.Random(20260101)
    made = [*PLAIN, *SCRIPTS, *SPECIAL]
    for block in BLOCKS:
        made += [_of_blocks(chance, [block]) for _ in range(4)]
    written = [text for text in made if text]
    while len(made) < count:
        if chance.random() < 0.35:
            made.append(_of_blocks(chance, chance.sample(BLOCKS, 3)))
        else:
            picked = (chance.choice(written) for _ in range(chance.randint(2, 4)))
            made.append(chance.choice(SPACES).join(piece[: chance.randint(1, 60)] for piece in picked))
    return made[:count]


def _of_blocks(chance: random.Random, blocks: list[tuple[int, int]]) -> str:
    words = []
    for _ in range(chance.randint(1, 12)):
        start, end = chance.choice(blocks)
        words.append("".join(chr(chance.randint(start, end)) for _ in range(chance.randint(1, 8))))
    return chance.choice(SPACES).join(words)


def main(bundle: str, out: str) -> None:
    """Write the golden file."""
    with sayso.load(bundle) as model, Path(out).open("w", encoding="ascii") as stream:
        for text in texts():
            plain = model.predict(text).to_dict()
            row = {
                "text": text,
                "ids": model.token_ids(text),
                "logits": {head: getattr(rows[0], "logits", rows[0]).tolist() for head, rows in model.logits([text]).items()},
                **{key: plain[key] for key in ("label", "confidence", "scores", "action", "set", "heads")},
                "outOfScope": plain["out_of_scope"],
            }
            stream.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
