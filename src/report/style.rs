//! Styles. All are below one class and bear names of their own, so they reach nothing else on a page.
//!
//! The class is said twice in each rule, to weigh more than what notebooks say of every table. Text takes
//! the colour of what is around it, at less strength where it matters less: at 72% black on white and white on
//! black stay above 4.5 to 1.

/// Of a document of one report.
pub(super) const PAGE: &str = "\
:root{color-scheme:light dark}
body{margin:0;padding:1.5rem;background:Canvas;color:CanvasText;\
font:15px/1.45 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif}
.foretell.foretell{margin:0 auto}
";

/// Of a fragment.
pub(super) const FRAGMENT: &str = "\
.foretell{display:block;box-sizing:border-box;width:100%;max-width:56em;container-type:inline-size;\
margin:0 0 1em;background:transparent;color:inherit;line-height:1.45;text-align:left;font-variant-numeric:tabular-nums}
.foretell.foretell *{box-sizing:border-box}
.foretell.foretell p,.foretell.foretell dl,.foretell.foretell ul{margin:0;padding:0;list-style:none}
.foretell.foretell bdi,.foretell.foretell .ft-code{overflow-wrap:anywhere}
.foretell.foretell .ft-about,.foretell.foretell .ft-muted,.foretell.foretell .ft-why,\
.foretell.foretell .ft-foot,.foretell.foretell dt,.foretell.foretell .ft-detail{opacity:.72}
.foretell.foretell .ft-about,.foretell.foretell .ft-foot,.foretell.foretell .ft-why,\
.foretell.foretell .ft-facts{font-size:.86em;font-weight:400}
.foretell.foretell .ft-title{margin:0 0 .5em;padding:0;font-size:1.4em;font-weight:650;line-height:1.25}
.foretell.foretell .ft-head{margin:1.6em 0 .4em;padding:0;font-size:1.05em;font-weight:650;line-height:1.3}
.foretell.foretell .ft-line{margin:.6em 0}
.foretell.foretell .ft-foot{margin-top:1.6em}
.foretell.foretell svg{display:block;max-width:none;margin:0}
.foretell.foretell .ft-mark{width:12px;height:12px}
.foretell.foretell .ft-axis{width:100%;height:14px}
.foretell.foretell .ft-bar,.foretell.foretell .ft-edge{height:100%}
.foretell.foretell .ft-strip{width:100%;height:44px}
.foretell.foretell .ft-small,.foretell.foretell .ft-shares{width:100%;height:16px}
.foretell.foretell .ft-over,.foretell.foretell .ft-bar{overflow:visible}
.foretell.foretell .ft-mark{display:inline-block;flex:none;margin:0 .4em 0 0;vertical-align:-.06em}
.foretell.foretell .ft-lead{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1em .7em}
.foretell.foretell .ft-value{font-size:2.6em;font-weight:650;line-height:1.15;letter-spacing:-.02em}
.foretell.foretell .ft-none{font-size:1.3em;font-weight:600}
.foretell.foretell .ft-pill{padding:.05em .7em .05em .55em;border:1px solid;border-radius:1em;font-weight:600;\
border-color:color-mix(in srgb,currentColor 40%,transparent)}
.foretell.foretell .ft-strip{margin:.3em 0 .4em;overflow:visible}
.foretell.foretell .ft-facts{display:flex;flex-wrap:wrap;gap:.1em 1.4em}
.foretell.foretell .ft-facts div{display:flex;flex-wrap:wrap;gap:0 .45em}
.foretell.foretell .ft-facts dt,.foretell.foretell .ft-facts dd{display:block;float:none;width:auto;margin:0;\
padding:0;font-weight:400}
.foretell.foretell .ft-facts dd{font-weight:600}
.foretell.foretell .ft-label{fill:currentColor;fill-opacity:.72;font-size:11px}
.foretell.foretell .ft-track{fill:currentColor;fill-opacity:.18}
.foretell.foretell .ft-is{fill:currentColor}
.foretell.foretell .ft-was{fill:none;stroke:currentColor;stroke-width:1.3}
.foretell.foretell .ft-interval{stroke:currentColor;stroke-width:1.6}
.foretell.foretell .ft-needle{stroke:currentColor;stroke-width:3}
.foretell.foretell .ft-grid{stroke:currentColor;stroke-opacity:.13}
.foretell.foretell .ft-link{stroke:currentColor;stroke-opacity:.45}
.foretell.foretell .ft-reach{fill:currentColor;fill-opacity:.1;stroke:currentColor;stroke-opacity:.3}
.foretell.foretell .ft-stand{fill:currentColor}
.foretell.foretell .ft-step{stroke-width:1}
.foretell.foretell .ft-table{width:100%;margin:1em 0 0;border:0;border-collapse:collapse;border-spacing:0;\
table-layout:fixed;font-size:inherit;color:inherit;background:transparent}
.foretell.foretell .ft-caption{display:table-caption;caption-side:top;padding:0 0 .4em;color:inherit;\
font-size:1em;font-weight:650;text-align:left}
.foretell.foretell .ft-table thead,.foretell.foretell .ft-table tbody,.foretell.foretell .ft-table tbody tr,\
.foretell.foretell .ft-table tbody tr:hover{background:transparent;border:0}
.foretell.foretell .ft-table th,.foretell.foretell .ft-table td{max-width:none;height:auto;padding:.22em .5em .22em 0;\
border:0;background:transparent;color:inherit;font-size:inherit;line-height:1.35;text-align:left;\
vertical-align:middle;white-space:normal;font-weight:400}
.foretell.foretell .ft-table thead th{padding-bottom:.3em;font-size:.8em;opacity:.72;vertical-align:bottom}
.foretell.foretell .ft-table .ft-number{text-align:right;font-weight:600}
.foretell.foretell .ft-table thead .ft-number{font-weight:400}
.foretell.foretell .ft-fall .ft-what{width:37%}
.foretell.foretell .ft-bare .ft-what{width:auto}
.foretell.foretell .ft-fall .ft-number{width:5.2em;padding-right:.9em}
.foretell.foretell .ft-fall .ft-detail{width:9.4em;padding-right:0;font-size:.86em}
.foretell.foretell .ft-fall thead .ft-detail{font-size:.8em}
.foretell.foretell .ft-amounts .ft-what{width:29%}
.foretell.foretell .ft-amounts .ft-number{width:7em}
.foretell.foretell .ft-amounts .ft-detail{width:14em}
.foretell.foretell .ft-table .ft-draw{position:relative;padding:0}
.foretell.foretell .ft-fall tbody .ft-draw .ft-bar{position:absolute;inset:0}
.foretell.foretell .ft-fall .ft-row .ft-what{font-weight:500}
.foretell.foretell .ft-why{display:block;line-height:1.3}
.foretell.foretell .ft-table .ft-deep1{padding-left:1.1em}
.foretell.foretell .ft-table .ft-deep2{padding-left:2.2em}
.foretell.foretell .ft-table .ft-deep3{padding-left:3.3em}
.foretell.foretell .ft-table .ft-deep4{padding-left:4.4em}
.foretell.foretell .ft-table .ft-deep5{padding-left:5.5em}
.foretell.foretell .ft-fall .ft-group .ft-what>bdi{font-weight:650}
.foretell.foretell .ft-fall .ft-group .ft-number{font-weight:400;opacity:.72}
.foretell.foretell .ft-group .ft-what .ft-why{display:inline;margin-left:.6em}
.foretell.foretell .ft-fall .ft-sum .ft-what,.foretell.foretell .ft-fall .ft-sum .ft-number{font-weight:700}
.foretell.foretell .ft-fall .ft-sum .ft-what .ft-why{display:inline;margin-left:.6em}
.foretell.foretell .ft-shares{margin:.5em 0 .4em}
.foretell.foretell .ft-figure{margin:1.2em 0 0;padding:0}
.foretell.foretell .ft-figure-title{display:block;margin:0 0 .4em;padding:0;color:inherit;font-size:1em;font-weight:650;\
text-align:left}
.foretell.foretell .ft-time{width:calc(100% - 76px);margin:0 14px 0 62px;overflow:visible}
.foretell.foretell .ft-course{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.foretell.foretell .ft-ahead{stroke-width:2;stroke-dasharray:4 4}
.foretell.foretell .ft-line-of{stroke:currentColor;stroke-opacity:.6;stroke-dasharray:2 3}
.foretell.foretell .ft-span{fill-opacity:.75}
.foretell.foretell .ft-lane{fill-opacity:.9}
.foretell.foretell .ft-legend{display:flex;flex-wrap:wrap;gap:.1em 1.5em}
.foretell.foretell .ft-legend li{margin:0}
.foretell.foretell .ft-list{table-layout:auto}
.foretell.foretell .ft-list td{vertical-align:top}
.foretell.foretell .ft-list th,.foretell.foretell .ft-list td{padding-right:1.3em}
.foretell.foretell .ft-list th:last-child,.foretell.foretell .ft-list td:last-child{padding-right:.1em}
.foretell.foretell .ft-list .ft-small-cell{width:11em;min-width:7em}
.foretell.foretell .ft-list .ft-wide{width:38%}
.foretell.foretell .ft-list td.ft-number{white-space:nowrap}
.foretell.foretell .ft-list .ft-mark{margin-left:.1em}
.foretell.foretell .ft-list .ft-small-cell .ft-small{margin-top:.15em}
.foretell.foretell .ft-list tbody .ft-row{border-top:1px solid color-mix(in srgb,currentColor 16%,transparent)}
.foretell.foretell .ft-list tbody td{padding-top:.35em;padding-bottom:.35em}
.foretell.foretell .ft-notices{margin:.8em 0 0}
.foretell.foretell .ft-notice{position:relative;margin:0 0 .8em;padding:.1em 0 .1em 1em}
.foretell.foretell .ft-edge{position:absolute;left:0;top:0}
.foretell.foretell .ft-notice-head{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .6em}
.foretell.foretell .ft-weight{font-size:.78em;letter-spacing:.06em;text-transform:uppercase}
.foretell.foretell .ft-entry{margin:.9em 0 0}
.foretell.foretell .ft-odd{font-weight:600}
.foretell.foretell .ft-code{margin:.15em 0 0;padding:.3em .6em;border:0;border-radius:4px;\
background:color-mix(in srgb,currentColor 8%,transparent);color:inherit;\
font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap}
.foretell.foretell .ft-steps summary{cursor:pointer;font-size:.86em}
@container (max-width:40em){
.foretell.foretell .ft-fall thead tr,.foretell.foretell .ft-fall .ft-row{display:grid;\
grid-template-columns:minmax(0,1fr) 8.4em;padding:.15em 0}
.foretell.foretell .ft-fall thead,.foretell.foretell .ft-fall tbody,.foretell.foretell .ft-fall caption{display:block}
.foretell.foretell .ft-fall .ft-what{order:1;width:auto}
.foretell.foretell .ft-fall .ft-number{order:2;width:auto;padding-right:0}
.foretell.foretell .ft-fall .ft-draw{order:3;width:auto;min-height:18px}
.foretell.foretell .ft-fall .ft-detail{order:4;grid-column:2;width:auto;text-align:right}
.foretell.foretell .ft-fall .ft-group .ft-draw,.foretell.foretell .ft-fall .ft-group .ft-detail{display:none}
.foretell.foretell .ft-list thead{display:none}
.foretell.foretell .ft-list,.foretell.foretell .ft-list tbody,.foretell.foretell .ft-list caption{display:block}
.foretell.foretell .ft-list .ft-row{display:flex;flex-wrap:wrap;gap:0 1em;padding:.3em 0}
.foretell.foretell .ft-list tbody td{display:block;flex:0 0 auto;width:auto;min-width:0;max-width:100%;padding:0;text-align:left}
.foretell.foretell .ft-list tbody .ft-number{text-align:left}
.foretell.foretell .ft-list tbody td:first-child,.foretell.foretell .ft-list tbody .ft-wide,\
.foretell.foretell .ft-list tbody .ft-small-cell{flex:1 0 100%}
.foretell.foretell .ft-list tbody td:first-child{font-weight:600}
.foretell.foretell .ft-list tbody .ft-number[data-head]::before{content:attr(data-head) \" \";opacity:.72;font-weight:400}
}
";
