/// How a report looks: in light and in dark, on a phone and on paper.
enum ReportStyle {
    static let css = """
        :root{--back:#fff;--card:#f3f6f9;--text:#1c2733;--soft:#52606d;--line:#c9d2da;--way:#0a5cab;--good:#17683a;--warn:#8a4b00;--bad:#a8201a}
        @media (prefers-color-scheme:dark){:root{--back:#11161b;--card:#1a2129;--text:#e6edf3;--soft:#a3b3c2;--line:#3a4653;--way:#71b7ff;--good:#63d391;--warn:#f2bd6b;--bad:#ff938a}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}
        main,footer{max-width:1080px;margin:0 auto;padding:0 16px}
        header{padding-top:24px}
        h1{font-size:1.5rem;line-height:1.25;margin:.3em 0;overflow-wrap:anywhere}
        h2{font-size:1.15rem;margin:0 0 .5em}
        section{margin:28px 0}
        .badge{display:inline-block;margin:0;padding:1px 12px;border-radius:12px;border:1.5px solid;font-weight:600}
        .good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--warn)}
        .lead{font-size:1.1rem;margin:.2em 0}
        .where,.note,figcaption,footer{color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}
        dl{margin:16px 0;display:grid;grid-template-columns:repeat(auto-fit,minmax(112px,1fr));gap:8px}
        dl div{background:var(--card);border-radius:8px;padding:8px 12px;min-width:0}
        dt{color:var(--soft);font-size:.8125rem}
        dd{margin:0;font-weight:600;overflow-wrap:anywhere}
        .cards dd{font-size:1.4rem;font-variant-numeric:tabular-nums}
        .cards .none dd{color:var(--soft);font-weight:400}
        .cards .trouble dd{color:var(--bad)}
        .todo{border-left:4px solid var(--bad);padding:4px 0 4px 16px}
        .todo ul{margin:0;padding-left:20px}
        .scroll{overflow-x:auto}
        .wide svg{min-width:720px}
        .tight td{white-space:nowrap}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-variant-numeric:tabular-nums}
        thead th{color:var(--soft);font-weight:500}
        tbody th{font-weight:500}
        .path{overflow-wrap:anywhere;min-width:180px}
        .bar{width:50%;padding-right:0}.bar svg{width:100%;height:12px;display:block}
        .sizes tbody th{white-space:nowrap}
        .all{fill:var(--line)}.now{fill:var(--way)}
        .pair{display:grid;grid-template-columns:minmax(0,400px) minmax(0,1fr);gap:32px;align-items:start}
        figure{margin:0}
        svg{max-width:100%;height:auto}
        .machine,.timeline{display:block;width:100%}
        svg text{font:12px system-ui,sans-serif;fill:var(--text)}
        .state rect{fill:var(--card);stroke:var(--line);stroke-width:1.2}
        .state.used rect{stroke:var(--way);stroke-width:2}
        .state.troubled rect{stroke:var(--warn);stroke-width:2.4}
        .state text{text-anchor:middle}
        .state .name{font-weight:600}
        .state.unused text{fill:var(--soft)}
        .state .count{font-size:11px;fill:var(--soft)}
        .step{fill:none;stroke:var(--line);stroke-width:1.2;stroke-dasharray:3 3}
        .step.taken{stroke:var(--way);stroke-width:2;stroke-dasharray:none}
        .start{fill:var(--way)}
        svg .mark{font-size:11px;fill:var(--way);font-weight:600}
        svg .axis{font-size:11px;fill:var(--soft)}
        .rate{fill:var(--way);opacity:.3}.base{stroke:var(--line);fill:none}
        .batch{fill:var(--way)}.batch.troubled{fill:var(--warn)}.batch.open{fill:var(--soft)}
        summary{cursor:pointer}summary h2{display:inline}
        details .scroll{margin-top:8px}
        .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        footer{padding-bottom:32px}
        @media (max-width:720px){.pair{grid-template-columns:minmax(0,1fr)}}
        @media print{:root{--back:#fff;--card:#fff;--text:#000;--soft:#444;--line:#999;--way:#0a5cab}
        body{font-size:11pt}section{break-inside:avoid-page}details::details-content{content-visibility:visible;display:block}.scroll{overflow:visible}}
        """
}
