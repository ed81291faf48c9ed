package page

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/words"
)

// What the static part of the page holds at the most. The rest is in the blocks.
const (
	mostDetailed = 100  // findings with evidence and fix
	mostStatic   = 1000 // findings at all
	mostRows     = 24   // of the board
)

// clock is how times are written.
const clock = "2006-01-02 15:04 UTC"

// view is what the template shows. Texts from outside are plain already.
type view struct {
	Sentence, Account, Time, Scope, Tool, Depth, ARN string // Account names all that were read
	Checks                                           int
	Several                                          bool // accounts
	Bands                                            []string
	Numbers                                          []number
	Since                                            string
	New, MoreSevere                                  int
	Fixed, Unjudged                                  []string // of the baseline
	Classes                                          []picture.Class
	Board                                            []row
	MoreVPCs                                         int
	Wide                                             template.HTML
	Narrow                                           []template.HTML // one for each VPC
	Left                                             []string
	Lines                                            []*line
	More                                             string
	VPCs                                             []*vpc
	Groups                                           []*group
	MoreGroups                                       int
	Controls                                         []control
	Coverage                                         []coverage
	NotEvaluated                                     []notEvaluated
	Suppressed                                       []suppressed

	lines  []int // of the findings, as function lines numbers them
	places *places
}

type number struct {
	Severity findings.Severity
	Count    int
}

type row struct {
	Anchor, Name, Where string
	Filter              template.URL
	Cells               []cell
}

type cell struct {
	In, Lesser, Unknown, Stopped, Intended int
	Severity                               findings.Severity
	InNames                                string
}

type control struct {
	Framework, Control, Status, Checks string
	Findings                           []string // short ids, the first of very many
	More                               int
}

type coverage struct {
	Account, Region, Status   string
	Groups, Rules, Interfaces int
	Gaps                      []string
}

type notEvaluated struct{ Check, Where, Reason string }

type suppressed struct{ ID, Message, Reason, Expires, Owner string }

func newView(r *findings.Report, drawn *picture.Picture) *view {
	v := &view{
		Account: accounts(r), Time: r.StartedAt.UTC().Format(clock),
		Tool: words.Plain(r.Tool.Name + " " + r.Tool.Version), Depth: words.Plain(r.Depth), ARN: words.Plain(r.Caller.ARN), Checks: len(r.Checks),
	}
	v.account(r)
	v.Sentence = sentence(r)
	for _, s := range findings.Severities() {
		v.Numbers = append(v.Numbers, number{s, r.Summary.Of(s)})
	}
	v.comparison(r)
	if drawn != nil {
		v.pictures(r.Caller.Partition, drawn)
	}
	v.list(r)
	for i := range r.Controls {
		c := &r.Controls[i]
		v.Controls = append(v.Controls, newControl(c))
	}
	for _, n := range r.NotEvaluated {
		v.NotEvaluated = append(v.NotEvaluated, notEvaluated{words.Plain(n.Check), words.Plain(strings.TrimSpace(n.AccountID + " " + n.Region)), words.Plain(n.Reason)})
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == findings.Suppressed && f.Suppression != nil {
			v.Suppressed = append(v.Suppressed, suppressed{f.ID, words.Plain(f.Message), words.Plain(f.Suppression.Reason), words.Plain(f.Suppression.Expires), words.Plain(f.Suppression.Owner)})
		}
	}
	return v
}

// mostIDs is how many findings a control names.
const mostIDs = 12

func newControl(c *findings.Control) control {
	out := control{Framework: words.Plain(c.Framework), Control: words.Plain(c.Control), Status: words.Plain(string(c.Status)), Checks: words.Plain(strings.Join(c.Checks, ", "))}
	if c.Status == findings.Unevaluated {
		out.Status = "not evaluated"
	}
	for i, id := range c.Findings {
		if i == mostIDs {
			out.More = len(c.Findings) - i
			break
		}
		out.Findings = append(out.Findings, words.Plain(short(id)))
	}
	return out
}

// list puts the first findings into the part that needs no script.
func (v *view) list(r *findings.Report) {
	v.lines = lines(r.Findings)
	at := map[int]*line{}
	parts := map[string]string{}
	for _, g := range v.Groups {
		parts[g.ID] = g.Named()
	}
	for i := range r.Findings {
		if i == mostStatic {
			v.More = fmt.Sprintf("%d more findings need a script to be shown. They are in the CSV and JSON of the same run.", len(r.Findings)-i)
			break
		}
		s := &static{brief: summary(&r.Findings[i])}
		s.Linked = parts[s.Group]
		if i < mostDetailed {
			s.Detail = newDetail(&r.Findings[i], r)
		}
		if l := at[v.lines[i]]; l != nil {
			l.More = append(l.More, s)
			continue
		}
		l := &line{static: s}
		at[v.lines[i]] = l
		v.Lines = append(v.Lines, l)
	}
}

// accounts names the accounts that were read: "Account 111122223333 (shop)".
func accounts(r *findings.Report) string {
	var list []string
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status != "skipped" {
			list = append(list, words.Plain(picture.Account{ID: c.AccountID, Name: c.AccountName}.String()))
		}
	}
	slices.Sort(list)
	switch list = slices.Compact(list); len(list) {
	case 0:
		return "Account " + words.Plain(r.Caller.AccountID)
	case 1:
		return "Account " + list[0]
	}
	return fmt.Sprintf("%s: %s", words.Count(len(list), "account"), words.List(list, 5))
}

// sentence is what a manager has to know. It counts distinct groups with an open
// critical or high finding that the internet reaches: those in the filled cells
// of the board.
func sentence(r *findings.Report) string {
	in, severities := map[string]bool{}, map[findings.Severity]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == findings.Open && f.GroupID != "" && f.Severity >= findings.High && f.Exposure.Verdict == "reachable" {
			in[f.AccountID+f.Region+f.GroupID] = true
			severities[f.Severity]++
		}
	}
	unread := 0
	for i := range r.Coverage {
		if s := r.Coverage[i].Status; s != "complete" && s != "skipped" {
			unread++
		}
	}
	text := "Nothing that should be closed is open to the internet."
	if n := len(in); n > 0 {
		var counts []string
		for _, s := range []findings.Severity{findings.Critical, findings.High} {
			if severities[s] > 0 {
				counts = append(counts, words.Count(severities[s], s.String()+" finding"))
			}
		}
		text = fmt.Sprintf("The internet reaches network interfaces through %s that should not be open (%s).", words.Count(n, "security group"), strings.Join(counts, ", "))
	} else if unread > 0 || len(r.Coverage) == 0 {
		text = "Nothing that should be closed was found open to the internet, in what could be read."
	}
	if n, left := r.LeftOut(); n > 0 {
		grave := r.Selection != nil && r.Selection.Findings > 0 || r.Below != nil && r.Below.MinSeverity > findings.High
		if len(in) == 0 && grave {
			text = "Nothing in this part of the findings is open to the internet and should be closed."
		}
		text += " " + left + "."
	}
	if unread > 0 {
		text += " " + words.Count(unread, "region") + " could not be read in full."
	}
	return text
}

func (v *view) account(r *findings.Report) {
	var regions, groups, interfaces int
	var unread []*findings.Coverage
	for i := range r.Coverage {
		c := &r.Coverage[i]
		var gaps []string
		for _, g := range c.Gaps {
			gaps = append(gaps, words.Plain(g.Operation+": "+g.Message))
		}
		v.Coverage = append(v.Coverage, coverage{words.Plain(c.AccountID), words.Plain(c.Region), words.Plain(c.Status), c.SecurityGroups, c.Rules, c.NetworkInterfaces, gaps})
		if c.Status == "skipped" {
			continue
		}
		regions, groups, interfaces = regions+1, groups+c.SecurityGroups, interfaces+c.NetworkInterfaces
		if c.Status != "complete" {
			unread = append(unread, c)
		}
	}
	v.Bands = append(v.Bands, unreadBands(unread)...)
	if inactive := r.Inactive(); len(inactive) > 0 {
		var names []string
		for _, a := range inactive {
			names = append(names, words.Plain(picture.Account{ID: a.AccountID, Name: a.AccountName}.String()+" is "+a.State))
		}
		verb := " are"
		if len(names) == 1 {
			verb = " is"
		}
		v.Bands = append(v.Bands, words.Count(len(names), "account")+verb+" not active, and not read: "+words.List(names, 5)+".")
	}
	if len(r.Coverage) == 0 {
		v.Bands = append(v.Bands, "No region was read.")
	}
	v.Scope = strings.Join([]string{words.Count(regions, "region"), words.Count(groups, "security group"), words.Count(interfaces, "network interface")}, ", ")
	if n := r.Summary.NotEvaluated; n > 0 {
		v.Scope += fmt.Sprintf(", %s not evaluated", words.Count(n, "check"))
	}
}

// unreadBands says what could not be read in full: each region, or how many where they are
// more than a reader wants to see above the page.
func unreadBands(unread []*findings.Coverage) (bands []string) {
	const most = 5
	var accounts []string
	for _, c := range unread {
		bands = append(bands, fmt.Sprintf("%s could not be read in full (%s): this is not the whole picture.", words.Plain(c.Region), words.Plain(c.Status)))
		if name := words.Plain(picture.Account{ID: c.AccountID, Name: c.AccountName}.String()); !slices.Contains(accounts, name) {
			accounts = append(accounts, name)
		}
	}
	if len(bands) <= most {
		return bands
	}
	return []string{fmt.Sprintf("%s of %s could not be read in full: this is not the whole picture. They are of %s.",
		words.Count(len(unread), "region"), words.Count(len(accounts), "account"), words.List(accounts, most))}
}

func (v *view) comparison(r *findings.Report) {
	c := r.Comparison
	if c == nil {
		return
	}
	n := r.Since()
	v.New, v.MoreSevere = n.New, n.MoreSevere
	v.Since = fmt.Sprintf("Since the report of %s: %d new, ", c.Baseline.UTC().Format(clock), n.New)
	if n.MoreSevere > 0 {
		v.Since += fmt.Sprintf("%d more severe, ", n.MoreSevere)
	}
	v.Since += fmt.Sprintf("%d no longer found, %d that could not be judged again.", len(c.Fixed), len(c.Unknown))
	account := r.AccountsApart()
	v.Fixed, v.Unjudged = known(c.Fixed, account), known(c.Unknown, account)
}

// known lists findings of the baseline that this report does not hold.
func known(list []findings.Ref, account func(id string) string) []string {
	var out []string
	for _, k := range list {
		place := strings.TrimSpace(account(k.AccountID) + " " + k.Region)
		out = append(out, words.Plain(k.Severity.String()+" "+k.Check+" "+place+" "+k.Subject()+": "+k.Message))
	}
	return out
}

func decimal(n int) string { return strconv.Itoa(n) }
