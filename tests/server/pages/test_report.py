"""`/report`: shown in a frame that nothing gets out of."""


def test_without_a_report_it_says_how_to_get_one(expert, settings):
    assert f"sayso build --project {settings.project.resolve()}" in expert.get("/report").text
    assert expert.get("/report/content").status_code == 404


def test_a_report_is_framed_and_its_own_policy_lets_nothing_run(expert, settings):
    folder = settings.project / "build" / "report"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<!doctype html><style>p{}</style><script>alert(1)</script><p>The report.")
    page = expert.get("/report")
    assert '<iframe class="report" src="/report/content" sandbox ' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    content = expert.get("/report/content")
    assert "The report." in content.text
    policy = content.headers["content-security-policy"]
    assert "sandbox" in policy.split("; ")[-1]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert content.headers["cache-control"] == "no-store"


def test_it_needs_a_session(stranger):
    assert stranger.get("/report/content").status_code == 303
