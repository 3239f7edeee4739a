"""The words that the rules look for, English and Chinese side by side; matched without regard to case."""

from __future__ import annotations


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(","))


GREETINGS = _words("""
    hi, hello, hey, thanks, thank you, thx, good morning, good evening, good night, bye, goodbye, see you, how are you,
    你好, 您好, 哈囉, 嗨, 早安, 午安, 晚安, 謝謝, 感謝, 掰掰, 再見, 谢谢, 再见
""")

VERBS: dict[str, tuple[float, tuple[str, ...]]] = {
    "small talk or a small fact": (
        -0.1,
        GREETINGS
        + _words("""
        what time, what day, tell me a joke, who are you, capital of, how many days, 幾點, 星期幾, 講個笑話, 說個笑話, 你是誰,
        首都
    """),
    ),
    "to explain, translate or look up": (
        0.04,
        _words("""
        what is, what's, what are, what does, who is, when, where, define, explain, translate, meaning of, difference between,
        how do i, how to, convert, spell, synonym, summarize, 是什麼, 什麼是, 意思, 翻譯, 解釋, 說明, 差別, 怎麼, 如何, 轉成,
        摘要, 为什么, 為什麼
    """),
    ),
    "to write or mend": (
        0.1,
        _words("""
        write, fix, create, make, generate, add, rename, sort, draft, give me, correct, 寫, 幫我, 修, 產生, 列出, 改, 建立,
        新增
    """),
    ),
    "to find out or compare": (
        0.22,
        _words("""
        debug, compare, refactor, implement, review, investigate, improve, why does, crash, crashes, fails, slow, set up, test,
        plan, 除錯, 比較, 重構, 實作, 檢查, 審查, 改善, 當掉, 崩潰, 失敗, 很慢, 規劃, 測試, 找出
    """),
    ),
    "to design or optimize": (
        0.34,
        _words("""
        design, architect, architecture, analyze, analyse, optimize, optimise, build, migrate, strategy, bottleneck,
        bottlenecks, evaluate, roadmap, framework, pipeline, integrate, model, 設計, 架構, 分析, 最佳化, 優化, 打造, 遷移,
        策略, 瓶頸, 評估, 藍圖, 整合, 建置, 系統性
    """),
    ),
    "to prove or invent": (
        0.42,
        _words("""
        prove, derive, invent, formally verify, novel approach, research, conjecture, theorem, compiler, operating system,
        thesis, 證明, 推導, 發明, 形式化, 猜想, 定理, 編譯器, 作業系統, 論文, 研究
    """),
    ),
}
"""Kinds of work, by the verbs that ask for it; the hardest that is asked for counts."""

DOMAINS: dict[str, tuple[str, ...]] = {
    "code": _words("""
        code, function, python, javascript, typescript, java, rust, golang, c++, class, method, bug, api, script, regex,
        compile, compiler, unit test, refactor, algorithm, library, app, component, react, html, css, exception, stack trace,
        null pointer, git, program, loop, 程式, 函式, 函數, 代碼, 程式碼, 腳本, 演算法, 元件, 除錯, 編譯, 套件, 前端, 後端,
        網頁, 迴圈, 類別
    """),
    "math": _words("""
        math, equation, integral, derivative, matrix, probability, statistics, proof, prove, theorem, calculate, solve, sum,
        percent, algebra, geometry, calculus, eigenvalue, regression, prime, conjecture, optimization problem, bayesian, 數學,
        方程式, 積分, 微分, 矩陣, 機率, 統計, 證明, 定理, 計算, 求解, 百分之, 代數, 幾何, 質數, 平均, 標準差
    """),
    "data": _words("""
        data, dataset, sql, database, query, table, csv, excel, spreadsheet, pandas, pipeline, etl, warehouse, dashboard,
        analytics, machine learning, schema, postgres, mysql, mongodb, spark, kafka, report, forecast, churn, index, 資料,
        數據, 資料庫, 查詢, 資料表, 報表, 倉儲, 儀表板, 機器學習, 試算表, 預測, 欄位, 索引, 分析報告
    """),
    "system": _words("""
        server, linux, docker, kubernetes, deploy, deployment, network, cloud, aws, latency, microservice, microservices,
        distributed, cluster, load balancer, nginx, ci/cd, monitoring, failover, high availability, infrastructure, cache,
        caching, queue, disk, memory, dns, ssh, 伺服器, 部署, 網路, 雲端, 延遲, 微服務, 分散式, 叢集, 負載平衡, 監控, 高可用,
        容錯, 基礎設施, 快取, 佇列, 系統架構, 容器, 維運
    """),
    "creative": _words("""
        poem, story, haiku, lyrics, song, slogan, tagline, novel, screenplay, character, blog post, name ideas, logo, joke,
        essay, speech, script for, caption, fantasy, fiction, plot, marketing copy, 詩, 故事, 俳句, 歌詞, 標語, 小說, 劇本,
        角色, 文案, 取名, 命名, 笑話, 散文, 演講, 致詞, 世界觀, 情節
    """),
}

CONSTRAINTS = _words("""
    must, should, without, at least, at most, no more than, within, under, only, ensure, guarantee, requirement,
    requirements, constraint, constraints, budget, deadline, sla, p99, while, keeping, trade-offs, tradeoffs, compliant,
    compliance, gdpr, 必須, 需要, 不能, 不可, 至少, 最多, 以內, 之內, 同時, 確保, 保證, 限制, 預算, 期限, 兼顧, 取捨, 符合,
    合規, 而且, 並且
""")

STEPS = _words("""
    first, then, next, after that, finally, lastly, step by step, and then, once done, afterwards, followed by, 首先, 然後,
    接著, 接下來, 最後, 之後, 再來, 一步一步, 逐步, 步驟
""")

SCOPE = _words("""
    distributed, multi-region, multi region, regions, global, worldwide, enterprise, company-wide, million, millions,
    billion, petabyte, petabytes, terabyte, terabytes, high availability, failover, fault-tolerant, fault tolerant,
    real-time, real time, multi-tenant, end-to-end, end to end, from scratch, whole, entire, complete, platform, saas,
    production, scalable, at scale, zero downtime, consensus, exactly-once, five-year, nationwide, disaster recovery,
    legacy, monolith, microservices, 分散式, 多區域, 跨區域, 全球, 全國, 企業級, 全公司, 百萬, 千萬, 上億, 億, 高可用,
    容錯, 即時, 多租戶, 端到端, 從零, 從頭, 整個, 完整, 平台, 大規模, 零停機, 共識, 災難復原, 異地備援, 微服務, 舊系統,
    五年, 國際
""")

INTENTS: dict[str, tuple[str, ...]] = {
    "multi_step": STEPS,
    "debug": _words("""
        debug, fix, error, bug, crash, crashes, fails, failing, not working, doesn't work, does not work, broken, exception,
        why does, why is my, stuck, leak, 除錯, 修正, 錯誤, 當掉, 崩潰, 失敗, 不能用, 壞掉, 不動, 報錯, 沒反應, 出問題, 有問題
    """),
    "planning": _words("""
        design, plan, architect, architecture, roadmap, strategy, schedule, itinerary, organize, prepare for, migrate,
        migration, 設計, 規劃, 計畫, 計劃, 架構, 藍圖, 策略, 行程, 安排, 遷移, 排程
    """),
    "analysis": _words("""
        analyze, analyse, analysis, compare, review, evaluate, assess, audit, investigate, pros and cons, examine, critique,
        分析, 比較, 評估, 審查, 檢視, 優缺點, 檢討, 診斷, 利弊
    """),
    "creative": DOMAINS["creative"],
    "code_gen": _words("""
        write a function, write a script, write code, implement, build, code, function, script, program, query, create a,
        generate a, regex, config, 寫一個, 寫一段, 實作, 程式, 函式, 腳本, 產生, 做一個, 建立一個, 正規表示式, 設定檔
    """),
    "greeting": GREETINGS,
}
"""Looked for in this order; a text with none of them is a question."""
