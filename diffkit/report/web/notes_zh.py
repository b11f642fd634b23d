"""What methods and studies say in sentences, in Chinese: each sentence is a row, with places for what varies.

A place {n...} is a number or one word, {name...} names of methods, {text...} anything, and {part...} again
what diffkit says. What has no row, such as the message of an exception of the user's, stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

__all__ = ["SENTENCES", "in_chinese"]

SENTENCES = {
    # what a method did
    "truncation {n}, rounding {n2}": "截断误差 {n}，舍入误差 {n2}",
    "error estimate {n}": "误差估计 {n}",
    "{n} operation(s) in the formula": "公式含 {n} 个运算",
    "{n} operation(s) with shared subexpressions": "共享子表达式后含 {n} 个运算",
    "{n} pass(es) forward": "前向 {n} 遍",
    "{n} pass forward, {n2} back": "前向 {n} 遍，反向 {n2} 遍",
    "{n} pass forward, {n2} sweep back": "前向 {n} 遍，反向扫描 {n2} 遍",
    # what the adaptive method noticed
    "{part} (and {n} more)": "{part}（另有 {n} 处）",
    "element {n}: {part}": "元素 {n}：{part}",
    "noise of about {n} in the values of f limits the digits": "f 的值中约 {n} 的噪声限制了位数",
    "f jumps by about {n}, {n2} from x": "f 在距 x {n2} 处有约 {n} 的跳变",
    "a jump of about {n} at x is suspected": "疑似在 x 处有约 {n} 的跳变",
    "an infinite slope at x is suspected: f moves like {n} there": (
        "疑似在 x 处斜率无穷大：f 在那里按 {n} 变化"
    ),
    "the derivative at x is suspected to be infinite: the difference quotients grow like a power of h": (
        "疑似 x 处的导数为无穷大：差商随 h 的幂增长"
    ),
    "a corner at x is suspected: the slope is {n} to the left and {n2} to the right": (
        "疑似在 x 处有尖点：左侧斜率为 {n}，右侧斜率为 {n2}"
    ),
    "f has values only on the left of x": "f 只在 x 的左侧有值",
    "f has values only on the right of x": "f 只在 x 的右侧有值",
    "not converged: f has no derivative at x, or varies on a scale below every step that was tried": (
        "未收敛：f 在 x 处没有导数，或其变化的尺度小于试过的所有步长"
    ),
    # what a difference and the complex step met
    "f is not finite where element {n} of argument {n2} is sampled": (
        "在参数 {n2} 的元素 {n} 的采样点处，f 不是有限值"
    ),
    "f is not finite at some of the points sampled": "在一些采样点处，f 不是有限值",
    "f is {n} at {n2}, where the formula at x = {n3} samples it": (
        "在 x = {n3} 处的公式要在 {n2} 采样，而 f 在那里是 {n}"
    ),
    "f is not analytic at x = {n}": "f 在 x = {n} 处不解析",
    "h is lost at x = {n}, where x + h rounds to x: take a larger h": (
        "在 x = {n} 处 h 被舍去：x + h 舍入为 x；请取更大的 h"
    ),
    "{name} leaves the domain of f near {text} ({part}); write a smaller h, or method='reverse'": (
        "{name}在 {text} 附近离开了 f 的定义域（{part}）；请取更小的 h，或用 method='reverse'"
    ),
    "{name} leaves the domain of f near {text} ({part}); {part2}; write method='{n}' or method='adaptive'": (
        "{name}在 {text} 附近离开了 f 的定义域（{part}）；{part2}；请用 method='{n}' 或 method='adaptive'"
    ),
    "{name} leaves the domain of f near {text}; {part}; write method='{n}' or method='adaptive'": (
        "{name}在 {text} 附近离开了 f 的定义域；{part}；请用 method='{n}' 或 method='adaptive'"
    ),
    "{name} leaves the domain of f near {text}; write a smaller h, or method='reverse'": (
        "{name}在 {text} 附近离开了 f 的定义域；请取更小的 h，或用 method='reverse'"
    ),
    "Real differences are too noisy here to tell whether f is analytic, as the complex step needs it": (
        "此处实数差分的噪声太大，无法判断 f 是否解析，而复步法要求 f 解析"
    ),
    "f does not take complex numbers ({n} is of real ones only), which the complex step needs: write "
    'method="central" or method="reverse" instead': (
        'f 不接受复数（{n} 只接受实数），而复步法需要复数：请改用 method="central" 或 method="reverse"'
    ),
    "f does not take complex numbers (a math function, float() or an array of floats drops their imaginary "
    "parts), which the complex step needs: use NumPy functions such as np.sin for math.sin, or write "
    'method="central", which asks for values only': (
        "f 不接受复数（math 的函数、float() 或浮点数组会丢掉虚部），而复步法需要复数：请用 NumPy 的函数，"
        '如以 np.sin 代替 math.sin，或改用只需要函数值的 method="central"'
    ),
    "f does not take complex numbers ({text}), which the complex step needs: use NumPy functions such as "
    'np.sin for math.sin, or write method="central", which asks for values only': (
        "f 不接受复数（{text}），而复步法需要复数：请用 NumPy 的函数，如以 np.sin 代替 math.sin，"
        '或改用只需要函数值的 method="central"'
    ),
    "f is not analytic, it answers a complex point with a real number (by np.abs, np.real or a comparison), "
    'so the complex step does not apply: write method="central" or method="reverse" instead': (
        "f 不解析，它对复数点给出实数（由于 np.abs、np.real 或比较），因此复步法不适用：请改用 "
        'method="central" 或 method="reverse"'
    ),
    "f is not analytic {text}, or loses small imaginary parts there, which the complex step needs: its slope "
    'is {n} by real differences and {n2} by the complex step; write method="central" or method="reverse" '
    "instead": (
        "f 不解析（{text}），或在那里丢失了复步法所需的微小虚部：实数差分得斜率 {n}，复步法得 {n2}；请改用 "
        'method="central" 或 method="reverse"'
    ),
    # why a method or a study does not apply
    "float(), a math function, or storing into a float array would lose the history of an active value; use "
    "the NumPy function (np.sin, not math.sin); fill y = np.zeros_like(x) or np.zeros_like(x, shape=(n,)), "
    "which is active, not np.zeros(n), or build the array with np.array([...]) or np.where; at {text}": (
        "float()、math 模块的函数或写入浮点数组会丢失活动值的历史；请用 NumPy 的函数（np.sin，而非 "
        "math.sin）；请填充活动的 y = np.zeros_like(x) 或 np.zeros_like(x, shape=(n,))，而非 np.zeros(n)，"
        "或用 np.array([...]) 或 np.where 构造数组；位置：{text}"
    ),
    "np.array([...]) of active values is an array of objects, with which NumPy cannot do this ({text}); "
    "build it with np.stack or np.concatenate; at {text2}": (
        "由活动值构成的 np.array([...]) 是对象数组，NumPy 无法对其作此运算（{text}）；请用 np.stack 或 "
        "np.concatenate 构造；位置：{text2}"
    ),
    "not closed form: {part}": "没有封闭形式：{part}",
    "f branches on its argument at {text}, so no single formula stands for it; branches=True, or "
    "dk.symbolic.piecewise(f, x), writes both sides": (
        "f 依其自变量分支（{text}），因此不是单个公式；用 branches=True 或 dk.symbolic.piecewise(f, x) "
        "可写出两侧"
    ),
    'the unrolled expression has {n} nodes, the limit is max_nodes={n2}; with method="symbolic", share=True '
    "every value is written only once": (
        '展开后的表达式有 {n} 个节点，上限为 max_nodes={n2}；用 method="symbolic", share=True '
        "时每个值只写一次"
    ),
    "written out, the formula has more than {n} nodes; dk.derivative finds the value all the same": (
        "写开后公式超过 {n} 个节点；dk.derivative 仍可求得其值"
    ),
    "{n} has no meaning in {n2} arithmetic": "{n} 在 {n2} 的算术中没有意义",
    "f fails on the numbers of this method: {text}": "f 不能处理此方法所用的数：{text}",
    "f has no variable {n}; it has {text}": "f 没有变量 {n}；它有 {text}",
    "f has no derivative at {n}: its slopes on the two sides differ, or are infinite": (
        "f 在 {n} 处没有导数：两侧的斜率不同，或为无穷大"
    ),
    "{n} is an array of shape {text}, and a step is taken from one number": (
        "{n} 是形状为 {text} 的数组，而步长只从一个数出发"
    ),
    "f has {n} variables ({text}); say by which it is differentiated, wrt={text2} (in the shell --wrt {text3}"
    ")": ("f 有 {n} 个变量（{text}）；请指明对哪个变量求导：wrt={text2}（命令行中为 --wrt {text3}）"),
    "the derivative takes more than {n} steps; raise max_steps=, or take its value by dk.derivative": (
        "求导超过 {n} 步；请增大 max_steps=，或用 dk.derivative 求其值"
    ),
    "the gradient has {n} numbers, and {n2} at most are written out; take dk.swell": (
        "梯度有 {n} 个数，而最多写出 {n2} 个；请用 dk.swell"
    ),
    # the check of the steps
    "equal to sympy.diff: proved": "与 sympy.diff 相等：已证明",
    "equal to sympy.diff to {n} digits at {n2} point(s)": "与 sympy.diff 在 {n2} 个点上前 {n} 位数字相同",
    "the stage {text} against sympy.diff: {part}": "阶段 {text} 与 sympy.diff 比较：{part}",
    "differs at {text}": "在 {text} 处不同",
    "not checked: f is real at none of {n} random points": "未核对：f 在 {n} 个随机点上都不是实数",
    # why the digits are what they are
    "Why: {part}": "原因：{part}",
    "a difference has to balance truncation (h too large) against rounding (h too small), which leaves "
    "{part}": ("差分须在截断误差（h 太大）与舍入误差（h 太小）之间取得平衡，{part}"),
    "h is too large for this f, truncation dominates: differences keep {part}": (
        "对此 f 来说 h 太大，截断误差为主：差分{part}"
    ),
    "h is too small for this f, rounding dominates: differences keep {part}": (
        "对此 f 来说 h 太小，舍入误差为主：差分{part}"
    ),
    "see diffkit sweep": "见 diffkit sweep",
    "what a difference leaves out vanishes for this f, so it keeps {part}": (
        "差分所舍去的项对此 f 恰为零，因此{part}"
    ),
    "from {n} ({name}) to {n2} ({name2}) digits": "保留 {n}（{name}）至 {n2}（{name2}）位数字",
    "{n} digits ({name})": "保留 {n} 位数字（{name}）",
    "{n} digits": "保留 {n} 位数字",
    "{name} takes no difference and keeps {n} digits or more": "{name}不作差分，保留 {n} 位或更多数字",
    "{name} takes no difference and keeps {n} digits": "{name}不作差分，保留 {n} 位数字",
    "{name} take no difference and keep {n} digits or more": "{name}不作差分，保留 {n} 位或更多数字",
    "{name} take no difference and keep {n} digits": "{name}不作差分，保留 {n} 位数字",
    "{name} takes no difference, but its h, too large, leaves {n} digits": (
        "{name}不作差分，但其 h 太大，只剩 {n} 位数字"
    ),
    "{name} keeps {n} digits": "{name}保留 {n} 位数字",
    "{name} keeps {n} digits only, since f is not analytic here: on complex numbers np.abs, a norm or a "
    "comparison is another function": (
        "{name}只保留 {n} 位数字，因为 f 在此不解析：对复数而言 np.abs、范数或比较是另一个函数"
    ),
    "{name} do(es) not apply, for the reason given": "{name}不适用，理由见上",
    "without a reference there are no errors to compare": "没有参考值，就没有可比较的误差",
    # the swell
    "Nothing swells: the bare rules write no part of the derivative twice": (
        "没有膨胀：原样套用规则时，导数的任何部分都没有写两遍"
    ),
    "written out, every rule copies its operands, and the bare rules give {n} nodes, of which {n2} are "
    "distinct. Keeping each once leaves {n3} operation(s)": (
        "写开时，每条规则都复制其运算对象，原样套用规则得 {n} 个节点，其中不同的有 {n2} 个；"
        "每个只保留一次，剩 {n3} 个运算"
    ),
    "reverse mode's program has {n} row(s)": "反向模式的程序有 {n} 行",
}

# What may stand in a place, by its name without the number.
PLACES = {"n": r"\([\d, ]*\)|[^\s;]+?(?: \d{3})*", "name": "[^;:(]+?", "text": ".+?", "part": ".+"}


def in_chinese(text: str, term: Callable[[str], str] = str) -> str | None:
    """What a study says, in Chinese; None where a part of it has no row. `term` is the name of a method.

    >>> in_chinese("error estimate 2.1e-13; f has values only on the right of x")
    '误差估计 2.1e-13；f 只在 x 的右侧有值'
    >>> in_chinese("Hello")
    """
    said = text.removesuffix(".")
    for pattern, chinese in _rows():
        if met := pattern.fullmatch(said):
            places = {name: _placed(name, value, term) for name, value in met.groupdict().items()}
            if None not in places.values():
                return chinese.format(**places) + "。" * (said != text)
    if "; " not in said:
        return None
    parts = [in_chinese(part, term) for part in said.split("; ")]
    known = [part for part in parts if part is not None]
    return "；".join(known) + "。" * (said != text) if len(known) == len(parts) else None


def _placed(name: str, value: str, term: Callable[[str], str]) -> str | None:
    kind = name.rstrip("0123456789")
    if kind == "part":
        return in_chinese(value, term)
    if kind == "name":
        return "、".join(map(term, re.split(", | and ", value)))
    return value


@cache
def _rows() -> list[tuple[re.Pattern[str], str]]:
    """The sentences as patterns; "(s)" and "(es)" are there or not."""
    found = []
    for english, chinese in SENTENCES.items():
        pattern = re.escape(english).replace(r"\(s\)", "s?").replace(r"\(es\)", "(?:es)?")
        pattern = re.sub(r"\\\{(([a-z]+)\d?)\\\}", lambda m: f"(?P<{m[1]}>{PLACES[m[2]]})", pattern)
        found.append((re.compile(pattern), chinese))
    return found
