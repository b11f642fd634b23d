"""The words of the page, in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable

from diffkit.report.web.notes_zh import in_chinese

__all__ = ["LANGUAGES", "WORDS", "Words", "words"]

LANGUAGES = {"en": "en", "zh": "zh-Hans"}
Words = Callable[..., str]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("The derivative of f at {at}", "f 在 {at} 处的导数"),
    "title_order": ("The derivative of order {order} of f at {at}", "f 在 {at} 处的 {order} 阶导数"),
    "title_gradient": ("The gradient of f at {at}", "f 在 {at} 处的梯度"),
    "skip": ("Skip to the contents", "跳到正文"),
    "function": ("Function", "函数"),
    "point": ("Point", "点"),
    "value": ("Value of f", "函数值"),
    "truth": ("Derivative", "导数"),
    "gradient": ("Gradient", "梯度"),
    "source": ("How it was got", "如何求得"),
    "source_tape": (
        "To {digits} digits: the recorded program of f, run again in mpmath at the exact binary value of the "
        "point.",
        "{digits} 位数字：把记录下来的 f 的程序在该点的精确二进制值处用 mpmath 重算。",
    ),
    "unknown": ("unknown", "未知"),
    "no_reference": ("There is no reference: {reason}.", "没有参考值：{reason}。"),
    # what the methods say
    "methods": ("What the methods say", "各种方法的结果"),
    "methods_caption": (
        "Each method at its own step, against the reference",
        "每种方法取自己的步长，与参考值比较",
    ),
    "method": ("method", "方法"),
    "answer": ("value", "值"),
    "error": ("error", "误差"),
    "digits": ("correct digits", "正确位数"),
    "step": ("step h", "步长 h"),
    "calls": ("calls of f", "调用 f 次数"),
    "note": ("note", "说明"),
    "not_applicable": ("not applicable", "不适用"),
    # the step
    "step_section": ("The step h", "步长 h"),
    "look_secant": (
        "Make h smaller: the secants turn into the tangent and the error falls, down to the star. Beyond "
        "it the error grows again: the values of f agree in ever more digits, and rounding is left of "
        "their difference.",
        "让 h 变小：割线趋近切线，误差下降，直到星号处。"
        "再往左误差又增大：f 的两个值相同的位数越来越多，相减后只剩舍入误差。",
    ),
    "look_plain": ("Move h and read what the differences make of it.", "移动 h，看差分给出什么。"),
    "slider": ("step h, logarithmic", "步长 h（对数刻度）"),
    "says": (
        "h = {h}, {method}: slope {slope}, error {error}",
        "h = {h}，{method}：斜率 {slope}，误差 {error}",
    ),
    "live_caption": ("The differences at h = {h}", "h = {h} 时的差分"),
    "live": ("The differences at the step", "该步长下的差分"),
    "truncation": ("truncation", "截断误差"),
    "rounding": ("rounding", "舍入误差"),
    "no_step": ("no step: this row stays", "没有步长：此行不变"),
    "along": (
        "By {name} alone; the other variables stay where they are.",
        "只改变 {name}，其余变量保持不变。",
    ),
    "secant": ("Secants and tangent", "割线与切线"),
    "secant_alt": (
        "The curve of f around the point with its tangent, and the secants of the forward and the central "
        "difference at the step h that the slider sets.",
        "f 在该点附近的曲线及切线，以及滑块所定步长 h 下向前差分与中心差分的割线。",
    ),
    "curve": ("f", "f"),
    "tangent": ("tangent", "切线"),
    "legs": ("h and f(x + h) − f(x)", "h 与 f(x + h) − f(x)"),
    "no_secant_order": (
        "A derivative of order {order} is no slope of a secant.",
        "{order} 阶导数不是割线的斜率。",
    ),
    "errors": ("Error against h", "误差与 h 的关系"),
    "axis_error": ("absolute error", "绝对误差"),
    "truncation_dominates": ("truncation dominates", "截断误差为主"),
    "rounding_dominates": ("rounding dominates", "舍入误差为主"),
    "best": ("best step (median)", "最佳步长（中位数）"),
    "decades": ("The errors in numbers", "误差的数值"),
    "decades_caption": ("Error of each method by step", "各方法在不同步长下的误差"),
    "summary_caption": ("What each curve comes to", "各曲线的要点"),
    "order": ("order", "阶"),
    "slope": ("slope", "斜率"),
    "best_h": ("best h", "最佳 h"),
    "median_error": ("median error", "误差中位数"),
    "predicted_h": ("h by theory", "理论 h"),
    "predicted_error": ("error by theory", "理论误差"),
    # graph and trace
    "graph": ("Computational graph", "计算图"),
    "graph_look": (
        "From the inputs to the result; in each box the value and, in brackets, the adjoint; on each edge "
        "the local derivative.",
        "从输入到结果；方框中是值，方括号中是伴随；边上是局部导数。",
    ),
    "drawing": ("Drawing of the graph", "计算图的图形"),
    "trace": ("Evaluation trace", "求值轨迹"),
    "trace_caption": ("Values downwards, then adjoints upwards", "先自上而下求值，再自下而上求伴随"),
    "name": ("name", "名称"),
    "computation": ("computation", "计算"),
    "number": ("value", "值"),
    "adjoint": ("adjoint", "伴随"),
    "from": ("from", "来自"),
    "input": ("input", "输入"),
    "controls": ("Walk through the trace", "逐步走过轨迹"),
    "back": ("Back", "上一步"),
    "next": ("Step", "下一步"),
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "reset": ("Show all", "全部显示"),
    "rest": ("All steps are shown; Step begins with the first.", "已显示全部步骤；按“下一步”从头开始。"),
    "say_value": (
        "Step {k} of {n}, forward: {label} = {formula} = {value}",
        "第 {k} 步（共 {n} 步），前向：{label} = {formula} = {value}",
    ),
    "say_input": (
        "Step {k} of {n}, forward: input {label} = {value}",
        "第 {k} 步（共 {n} 步），前向：输入 {label} = {value}",
    ),
    "say_adjoint": (
        "Step {k} of {n}, back: adjoint of {label} = {formula} = {value}",
        "第 {k} 步（共 {n} 步），反向：{label} 的伴随 = {formula} = {value}",
    ),
    "say_unused": (
        "Step {k} of {n}, back: adjoint of {label} = {value}",
        "第 {k} 步（共 {n} 步），反向：{label} 的伴随 = {value}",
    ),
    "too_long": (
        "The trace has {count} rows: too long to walk through here, so its head and its tail are shown.",
        "轨迹共有 {count} 行，太长，无法逐步演示，只显示开头和结尾。",
    ),
    "too_many_nodes": (
        "The graph has {count} nodes, which are too many for a picture.",
        "计算图有 {count} 个节点，太多，无法画出。",
    ),
    # symbolic
    "steps": ("Symbolic steps", "符号求导步骤"),
    "steps_caption": ("One rule a row", "每行一条规则"),
    "count": ("step", "步"),
    "rule": ("rule", "规则"),
    "replaced": ("replaced", "替换"),
    "line": ("whole line", "整行"),
    "result": ("Result", "结果"),
    "more_steps": (
        "{count} more steps follow; diffkit steps prints them.",
        "后面还有 {count} 步，可用 diffkit steps 列出。",
    ),
    "checked": ("Check: {reason}.", "核对：{reason}。"),
    "swell": ("Expression swell", "表达式膨胀"),
    "swell_caption": ("The size of the derivative, written out and shared", "导数写开与共享后的大小"),
    "stage": ("stage", "阶段"),
    "operations": ("operations", "运算数"),
    "nodes": ("tree nodes", "树节点"),
    "distinct": ("distinct", "不同节点"),
    "missing": ("Not here: {reason}.", "此处没有：{reason}。"),
    "missing_above": ("Not here, for the reason given above.", "此处没有，理由同上。"),
    "coming": ("Being measured …", "正在计算……"),
    # the live page
    "explorer": ("Derivative explorer", "导数探索"),
    "ask": ("Function, point and step", "函数、点与步长"),
    "ask_f": ("Function f", "函数 f"),
    "ask_at": ("Point", "点"),
    "ask_wrt": ("h changes", "h 改变"),
    "ask_h": ("Step h", "步长 h"),
    "gone": (
        "diffkit explore does not answer any more: it was stopped. Below is its last answer.",
        "diffkit explore 已停止，不再回答。下面是最后一次的结果。",
    ),
    "no_script": (
        "What is typed is answered by a script, which this browser does not run; diffkit report writes a "
        "page that does without.",
        "回答输入需要脚本，而此浏览器不运行脚本；diffkit report 可生成不需要脚本的页面。",
    ),
    "late": ("Not answered: {reason}.", "没有回答：{reason}。"),
    "f_failed": ("f failed: {reason}", "f 出错：{reason}"),
    "too_much": (
        "These are {count} characters; at most {most} are read.",
        "共 {count} 个字符，最多读 {most} 个。",
    ),
    "no_step_typed": (
        "{text!r} is no step; write a number from {least:g} to {most:g}, such as 1e-5.",
        "{text!r} 不是步长；请写 {least:g} 到 {most:g} 之间的数，例如 1e-5。",
    ),
    "made": (
        "Made by diffkit {version}. Nothing on this page is computed by the browser.",
        "由 diffkit {version} 生成；本页中没有由浏览器计算的数。",
    ),
}

# Terms that studies name in English, for pages in other languages.
TERMS: dict[str, dict[str, str]] = {
    "zh": {
        "forward": "向前差分",
        "backward": "向后差分",
        "central": "中心差分",
        "richardson": "理查森外推",
        "adaptive": "自适应",
        "complex-step": "复步法",
        "symbolic": "符号求导",
        "dual": "对偶数（前向模式）",
        "reverse": "反向模式",
        "constant": "常数",
        "variable": "自变量",
        "difference": "差",
        "sum": "和",
        "constant factor": "常数因子",
        "quotient": "商",
        "product": "积",
        "square root": "平方根",
        "power": "幂",
        "exponential": "指数函数",
        "general power": "一般幂",
        "piecewise": "分段",
        "remainder": "余数",
        "function": "函数",
        "logarithm": "对数函数",
        "sine": "正弦",
        "cosine": "余弦",
        "tangent": "正切",
        "arcsine": "反正弦",
        "arccosine": "反余弦",
        "arctangent": "反正切",
        "hyperbolic sine": "双曲正弦",
        "hyperbolic cosine": "双曲余弦",
        "hyperbolic tangent": "双曲正切",
        "inverse hyperbolic sine": "反双曲正弦",
        "inverse hyperbolic cosine": "反双曲余弦",
        "inverse hyperbolic tangent": "反双曲正切",
        "error function": "误差函数",
        "absolute value": "绝对值",
        "step function": "阶梯函数",
        "fractional part": "小数部分",
        "chain rule": "链式法则",
        "f": "f 本身",
        "raw": "原样套用规则",
        "pruned": "去掉 0 与 1",
        "sympy f": "SymPy 整理后的 f",
        "sympy diff": "SymPy diff",
        "sympy cse": "SymPy cse",
        "shared": "共享（图）",
        "adjoint": "反向模式的程序",
    },
}


def words(lang: str) -> Words:
    """A function of a label's key, which fills the fields of its text.

    "=..." is a term of the studies', and "~..." what they say in sentences, which is English where it has no
    other words.

    >>> say = words("zh")
    >>> say("graph"), say("live_caption", h="1e-8"), say("=chain rule: sin")
    ('计算图', 'h = 1e-8 时的差分', '链式法则: sin')
    """
    place, terms = list(LANGUAGES).index(lang), TERMS.get(lang, {})

    def term(name: str) -> str:
        return terms.get(name, name)

    def say(key: str, **fields: object) -> str:
        if key.startswith("="):
            return ": ".join(map(term, key[1:].split(": ")))
        if key.startswith("~"):
            return (in_chinese(key[1:], term) if lang == "zh" else None) or key[1:]
        return WORDS[key][place].format(**fields)

    return say
