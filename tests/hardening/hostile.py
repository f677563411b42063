"""Texts that try to be more than text: forty of markup, and forty for a log, half of them with lines of their own."""

MARKUP = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(2)</sCrIpT>",
    "<img src=x onerror=alert(3)>",
    "<svg/onload=alert(4)>",
    '"><script>alert(5)</script>',
    "'><script>alert(6)</script>",
    '" onmouseover="alert(7)',
    "' onmouseover='alert(8)",
    "</title><script>alert(9)</script>",
    "</textarea><script>alert(10)</script>",
    "</script><script>alert(11)</script>",
    "</pre><iframe src=javascript:alert(12)>",
    "<!--<script>alert(13)//-->",
    "<a href=javascript:alert(14)>x</a>",
    "<math><mtext></mtext><script>alert(15)</script></math>",
    "{{ 7|add:7 }}<script>alert(16)</script>",
    "{% debug %}<script>alert(17)</script>",
    "&lt;script&gt;<script>alert(18)</script>",
    "%3Cscript%3E<script>alert(19)</script>",
    "\u2028<script>alert(20)</script>",
    "<body onload=alert(21)>",
    "<input autofocus onfocus=alert(22)>",
    "<details open ontoggle=alert(23)>",
    "<video><source onerror=alert(24)></video>",
    "<iframe srcdoc='<script>alert(25)</script>'></iframe>",
    "<object data=javascript:alert(26)></object>",
    "<embed src=javascript:alert(27)>",
    "<form action=javascript:alert(28)><button>x</button></form>",
    "<base href=//evil.example/><script>alert(29)</script>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(30)'>",
    "<link rel=stylesheet href=javascript:alert(31)>",
    "<style>@import 'javascript:alert(32)'</style>",
    "<table background=javascript:alert(33)><td>x</table>",
    "<svg><animate onbegin=alert(34) attributeName=x dur=1s></svg>",
    "<noscript><p title='</noscript><img src=x onerror=alert(35)>'></noscript>",
    "<template><script>alert(36)</script></template>",
    "<x contenteditable onblur=alert(37)>lose focus</x>",
    "<img src=x:alert(38) onerror=eval(src)>",
    "<marquee onstart=alert(39)>x</marquee>",
    "<button popovertarget=x onclick=alert(40)>x</button>",
]
FORGED = "2026-01-01 00:00:00,000-engine-audit 1 devmode.enter by root (success)"
LINES = [
    f"{text}{FORGED}"
    for text in (
        "\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2K\r", "\x1b]0;title\x07",
        "\x08\x08\x08", "\x7f", "\x9b31m", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041", "<b>\n",
    )
]  # fmt: skip
HOSTILE = LINES + MARKUP[:20]
