package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// SARIF 2.1.0 in the form that GitHub code scanning takes: each result has a
// physical location (a synthetic path), a message and a fingerprint, each rule
// a help text. GitHub takes 25,000 results and 20 runs, closes an alert that
// the next upload of the same category lacks, and reads the severity of the
// rule alone. So there is a run for each account, with the account in its
// category, and a rule is as severe as the gravest of its open findings. What
// was not read is in the invocation, which then did not succeed.
var _ = declare("sarif", "application/sarif+json", "SARIF 2.1.0, for GitHub code scanning and other viewers", writeSARIF)

const (
	sarifResults = 25000 // of a run, beyond which GitHub refuses the file
	sarifText    = 1024  // characters of a text that GitHub keeps
)

type (
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID         string       `json:"id"`
		Short      sarifMessage `json:"shortDescription"`
		Full       sarifMessage `json:"fullDescription"`
		Help       sarifMessage `json:"help"`
		HelpURI    string       `json:"helpUri,omitempty"`
		Config     sarifLevel   `json:"defaultConfiguration"`
		Properties struct {
			Severity string   `json:"security-severity"`
			Tags     []string `json:"tags"`
		} `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Baseline     string             `json:"baselineState,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Properties   sarifProperties    `json:"properties"`
	}
	sarifProperties struct {
		Severity    string     `json:"severity"`
		Account     string     `json:"account_id"`
		AccountName string     `json:"account_name,omitempty"`
		Region      string     `json:"region"`
		Group       string     `json:"group_id,omitempty"`
		GroupName   string     `json:"group_name,omitempty"`
		Exposure    string     `json:"exposure,omitempty"`
		Fix         string     `json:"fix,omitempty"`
		FirstSeen   *time.Time `json:"first_seen,omitempty"`

		SeverityBefore string `json:"severity_before,omitempty"` // in the baseline, where it was lower
	}
	sarifSuppression struct {
		Kind   string `json:"kind"`
		Status string `json:"status"`
		Reason string `json:"justification"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				Line int `json:"startLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
		Logical []sarifLogical `json:"logicalLocations"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifNotification struct {
		Descriptor sarifID      `json:"descriptor"`
		Level      string       `json:"level"`
		Message    sarifMessage `json:"message"`
		Rule       *sarifID     `json:"associatedRule,omitempty"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Start         string              `json:"startTimeUtc,omitempty"`
		End           string              `json:"endTimeUtc,omitempty"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
)

func writeSARIF(w io.Writer, r *findings.Report, _ Options) error {
	out := newRecords(w)
	out.raw(`{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[`)
	lists := map[string][]*findings.Finding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		lists[f.AccountID] = append(lists[f.AccountID], f)
	}
	first := true
	for _, account := range accounts(r) {
		list := lists[account]
		for part := 1; part == 1 || len(list) > 0; part++ {
			n := min(len(list), sarifResults)
			if !first {
				out.raw(",")
			}
			first = false
			sarifRun(out, r, account, part, list[:n])
			list = list[n:]
		}
	}
	out.raw("]}\n")
	return out.flush("SARIF")
}

func sarifRun(out *records, r *findings.Report, account string, part int, list []*findings.Finding) {
	rules, index := sarifRules(r, list)
	out.begin("\n" + `{"tool":{"driver":{"name":"sgaudit","informationUri":"https://github.com/sgaudit/sgaudit","version":`)
	out.value(cmp.Or(words.Plain(r.Tool.Version), "unknown"))
	out.begin(`,"rules":[`)
	for i := range rules {
		out.item(&rules[i])
	}
	out.raw(`]}},"automationDetails":{"id":`)
	out.value(sarifCategory(r, account, part))
	out.raw(`},"invocations":[`)
	out.value(sarifInvoked(r, account))
	out.begin(`],"results":[`)
	for _, f := range list {
		out.item(sarifFinding(r, f, index[f.Check]))
	}
	out.raw("]}")
}

// sarifCategory returns the category of a run. A report of one region has a
// category of its own, so that its upload does not close the alerts of others.
func sarifCategory(r *findings.Report, account string, part int) string {
	id := "sgaudit/" + words.Plain(account) + "/"
	var regions []string
	for _, c := range r.Coverage {
		if c.AccountID == account && c.Status != "skipped" {
			regions = append(regions, c.Region)
		}
	}
	if len(regions) == 1 {
		id += words.Plain(regions[0]) + "/"
	}
	if part > 1 {
		id += fmt.Sprintf("%d/", part)
	}
	return id
}

// sarifRules returns the checks of the report and of the findings, sorted by
// id, and the position of each.
func sarifRules(r *findings.Report, list []*findings.Finding) ([]sarifRule, map[string]int) {
	checks := map[string]*findings.CheckInfo{}
	for _, c := range r.Checks {
		checks[c.ID] = &c
	}
	for _, f := range list {
		c := checks[f.Check]
		switch {
		case c == nil:
			checks[f.Check] = &findings.CheckInfo{ID: f.Check, Title: f.Title, Severity: f.Severity, References: f.References}
		case f.Status != findings.Suppressed:
			c.Severity = max(c.Severity, f.Severity)
		}
	}
	rules := make([]sarifRule, 0, len(checks))
	for _, c := range checks {
		title := runes(cmp.Or(words.Plain(c.Title), words.Plain(c.ID), "unnamed check"), sarifText)
		rule := sarifRule{ID: c.ID, Short: sarifMessage{title}, Full: sarifMessage{title}, Config: sarifLevel{sarifLevels[c.Severity]}}
		help := title + ". Run sgaudit explain " + words.Plain(c.ID) + " for the policy, an example and the fix."
		for _, reference := range c.References {
			if rule.HelpURI == "" && strings.HasPrefix(reference, "https://") && words.Plain(reference) == reference && !strings.ContainsAny(reference, " \"<>\\^`{|}") {
				rule.HelpURI = reference
			}
			help += " " + words.Plain(reference)
		}
		rule.Help.Text = runes(help, sarifText)
		rule.Properties.Severity = sarifScores[c.Severity]
		rule.Properties.Tags = []string{"security"}
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
	index := make(map[string]int, len(rules))
	for i := range rules {
		index[rules[i].ID] = i
		rules[i].ID = words.Plain(rules[i].ID)
	}
	return rules, index
}

var (
	sarifLevels = [...]string{"note", "note", "warning", "error", "error"}
	sarifScores = [...]string{"0.1", "3.0", "5.5", "8.0", "9.5"} // GitHub: low to 3.9, medium to 6.9, high to 8.9
)

// sarifLinks escapes the brackets that would make a link in a message.
var sarifLinks = strings.NewReplacer("[", `\[`, "]", `\]`)

func sarifFinding(r *findings.Report, f *findings.Finding, rule int) *sarifResult {
	text := f.Severity.String() + ": " + resourceWords(f) + ": " + words.Plain(f.Message)
	if f.Fix.Summary != "" {
		text += ". Fix: " + words.Plain(f.Fix.Summary)
	}
	text = sarifLinks.Replace(text)
	result := &sarifResult{
		RuleID: words.Plain(f.Check), RuleIndex: rule, Level: sarifLevels[f.Severity], Message: sarifMessage{runes(text, sarifText)},
		Fingerprints: map[string]string{"primaryLocationLineHash": f.ID},
		Properties: sarifProperties{
			Severity: f.Severity.String(), Account: f.AccountID, AccountName: words.Plain(f.AccountName), Region: f.Region, Group: f.GroupID, GroupName: words.Plain(f.GroupName),
			Exposure: string(f.Exposure.Verdict), Fix: words.Plain(f.Fix.Summary), FirstSeen: f.FirstSeen,
		},
	}
	if f.Baseline == findings.New || f.Baseline == findings.Unchanged {
		result.Baseline = f.Baseline
	}
	if f.MoreSevere() {
		result.Baseline = "updated" // SARIF 2.1.0, 3.27.24: there before, and changed in a way that matters
		result.Properties.SeverityBefore = f.SeverityBefore.String()
	}
	if f.Status == findings.Suppressed {
		result.Suppressions = []sarifSuppression{{"external", "accepted", accepted(f)}}
	}
	var l sarifLocation
	l.Physical.Artifact.URI = sourcePath(f.AccountID, f.Region, cmp.Or(f.ResourceID, f.GroupID))
	l.Physical.Region.Line = 1
	l.Logical = []sarifLogical{{words.Plain(arn(r.Caller.Partition, f)), "resource"}}
	result.Locations = []sarifLocation{l}
	return result
}

// sarifInvoked says how the run went: what was not read are errors, what was
// not evaluated or is left out of the report are warnings.
func sarifInvoked(r *findings.Report, account string) *sarifInvocation {
	run := &sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	if !r.StartedAt.IsZero() {
		run.Start = r.StartedAt.UTC().Format(time.RFC3339)
	}
	if !r.FinishedAt.IsZero() {
		run.End = r.FinishedAt.UTC().Format(time.RFC3339)
	}
	for _, c := range unread(r) {
		if c.AccountID != account {
			continue
		}
		run.Successful = false
		for _, g := range unreadParts(c) {
			run.Notifications = append(run.Notifications, sarifNotification{sarifID{"not-read"}, "error", sarifMessage{words.Plain(c.AccountID+" "+c.Region) + ": " + gapWords(&g)}, nil})
		}
	}
	for _, a := range r.Inactive() {
		if a.AccountID == account {
			run.Notifications = append(run.Notifications, sarifNotification{sarifID{"not-active"}, "note", sarifMessage{words.Plain("the account is not active (" + a.State + ") and was not read: " + placeWords(a.AccountID, a.AccountName, ""))}, nil})
		}
	}
	together, single := notEvaluatedApart(r)
	for _, u := range together {
		if u.account == account {
			run.Notifications = append(run.Notifications, sarifNotification{sarifID{"not-evaluated"}, "warning", sarifMessage{words.Plain(u.words() + " in " + u.account + " " + u.region + ": " + u.reason)}, nil})
		}
	}
	for _, n := range single {
		if n.AccountID == account {
			run.Notifications = append(run.Notifications, sarifNotification{
				sarifID{"not-evaluated"},
				"warning",
				sarifMessage{words.Plain(fmt.Sprintf("%s was not evaluated in %s %s: %s", n.Check, n.AccountID, n.Region, n.Reason))},
				&sarifID{words.Plain(n.Check)},
			})
		}
	}
	if text := leftOut(r); text != "" {
		run.Notifications = append(run.Notifications, sarifNotification{sarifID{"left-out"}, "note", sarifMessage{text}, nil})
	}
	return run
}
