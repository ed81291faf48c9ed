package output

import (
	"cmp"
	"io"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Code Quality as GitLab reads it: a list of issues with a unique fingerprint
// and a relative path. GitLab compares the fingerprints of two branches. There
// is no place for what is missing, so that each part that was not read and each
// check that was not evaluated is an issue too.
var _ = declare("codequality", "application/json", "GitLab Code Quality, for merge requests", writeCodeQuality)

type qualityIssue struct {
	Description string `json:"description"`
	Check       string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

var qualitySeverities = [...]string{"info", "minor", "major", "critical", "blocker"}

const qualityText = 1024 // characters of a description

func writeCodeQuality(w io.Writer, r *findings.Report, _ Options) error {
	out := newRecords(w)
	out.begin("[")
	issue := func(text, check, fingerprint, severity, path string) {
		i := qualityIssue{Description: runes(words.Plain(text), qualityText), Check: words.Plain(check), Fingerprint: fingerprint, Severity: severity}
		i.Location.Path, i.Location.Lines.Begin = path, 1
		out.item(&i)
	}
	for _, c := range unread(r) {
		for _, g := range unreadParts(c) {
			account := cmp.Or(c.AccountID, c.AccountName)
			id := findings.Identity("not-read", r.Caller.Partition, account, c.Region, g.Operation, g.Kind)
			issue("NOT READ: "+account+" "+c.Region+": "+gapWords(&g), "not-read", id, "critical", sourcePath(account, c.Region, "coverage"))
		}
	}
	for _, a := range r.Inactive() {
		issue("the account "+placeWords(a.AccountID, a.AccountName, "")+" is not active ("+a.State+") and was not read", "not-active", findings.Identity("not-active", r.Caller.Partition, a.AccountID, "", a.State, ""), "info", sourcePath(a.AccountID, "", "coverage"))
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		text, severity := f.Severity.String()+": "+resourceWords(f)+": "+f.Message, qualitySeverities[f.Severity]
		if mark := f.Mark(); mark != "" {
			text = mark + ": " + text
		}
		if f.Status == findings.Suppressed {
			text, severity = "suppressed ("+accepted(f)+"): "+text, "info"
		}
		issue(text, f.Check, f.ID, severity, sourcePath(f.AccountID, f.Region, cmp.Or(f.ResourceID, f.GroupID)))
	}
	for i := range r.NotEvaluated {
		n := &r.NotEvaluated[i]
		id := findings.Identity("not-evaluated", r.Caller.Partition, n.AccountID, n.Region, n.Check, n.Reason)
		issue("not evaluated in "+n.AccountID+" "+n.Region+": "+n.Reason, n.Check, id, "info", sourcePath(n.AccountID, n.Region, "coverage"))
	}
	if text := leftOut(r); text != "" {
		issue(text, "left-out", findings.Identity("left-out", r.Caller.Partition, r.Caller.AccountID, "", "", ""), "info", sourcePath(r.Caller.AccountID, "", "report"))
	}
	out.raw("\n]\n")
	return out.flush("Code Quality")
}
