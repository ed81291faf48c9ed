// Package findings holds what one run concluded: the report, its findings and
// their identity. The JSON encoding of Report is the program's public
// contract (schema_version 1, which only ever grows): other people's scripts
// read it. Lists are never null; after Finish they are sorted, and the report
// of the same inventory is the same to the byte but for the two times.
package findings

import (
	"cmp"
	"time"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/reach"
)

// SchemaVersion is the version of the report that this package writes.
const SchemaVersion = "1"

// Report is one run's outcome.
type Report struct {
	SchemaVersion string         `json:"schema_version"`
	Tool          Tool           `json:"tool"`
	StartedAt     time.Time      `json:"started_at"`
	FinishedAt    time.Time      `json:"finished_at"`
	Caller        Caller         `json:"caller"`
	Depth         string         `json:"depth"` // groups, network or services
	Coverage      []Coverage     `json:"coverage"`
	Checks        []CheckInfo    `json:"checks"`
	Summary       Summary        `json:"summary"`
	Findings      []Finding      `json:"findings"`
	NotEvaluated  []NotEvaluated `json:"not_evaluated"`
	Notes         []Note         `json:"notes,omitempty"`
	Controls      []Control      `json:"controls,omitempty"`   // of the framework that was asked for
	Comparison    *Comparison    `json:"comparison,omitempty"` // with the baseline, if there was one
	Below         *Below         `json:"below_min_severity,omitempty"`
	Selection     *Selection     `json:"selection,omitempty"`  // of another report, by its filters
	Exceptions    []ExceptionUse `json:"exceptions,omitempty"` // of the configuration, in its order
	Throttled     []Throttled    `json:"throttled,omitempty"`  // of a live run: calls that AWS throttled

	// Account are the options by which commands of sgaudit read the same account; empty:
	// those of the credentials. It is set for a made-up account alone.
	Account string `json:"-"`
}

// Throttled is how often AWS throttled the calls of one operation. Most of them were
// answered when they were made again; what was not is a gap.
type Throttled struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Operation string `json:"operation"` // of the API: DescribeSecurityGroups
	Calls     int    `json:"calls"`
}

// The statuses of a Control.
const (
	Passed      = "passed"
	Failed      = "failed"
	Unevaluated = "not-evaluated"
)

// Control is one control of a compliance framework, and how the account stands
// to it as far as the checks for it can say.
type Control struct {
	Framework string   `json:"framework"`
	Control   string   `json:"control"`
	Status    string   `json:"status"`   // passed, failed, not-evaluated
	Checks    []string `json:"checks"`   // sorted
	Findings  []string `json:"findings"` // ids, those that --min-severity drops too
}

// Below says what a report leaves out because its severity is too low.
type Below struct {
	MinSeverity Severity `json:"min_severity"` // the lowest that is in the report
	Findings    int      `json:"findings"`     // open ones that are left out
	LeftOut     []Ref    `json:"left_out"`     // suppressed ones too, in the order of findings; null in reports of earlier versions
}

// LeaveOut removes the findings below the severity and records them in short,
// so that a later report can say what is new. The list itself, which other
// reports may share, stays.
func (r *Report) LeaveOut(least Severity) {
	r.Below = &Below{MinSeverity: least, LeftOut: []Ref{}}
	r.Findings = keep(orEmpty(r.Findings), func(f *Finding) bool {
		if f.Severity >= least {
			return true
		}
		if f.Status != Suppressed {
			r.Below.Findings++
		}
		r.Below.LeftOut = append(r.Below.LeftOut, f.Ref())
		return false
	})
}

// Tool names the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Caller is the identity that read the accounts.
type Caller struct {
	AccountID string `json:"account_id"`
	ARN       string `json:"arn"`
	Partition string `json:"partition"`
}

// Open returns the findings that no exception accepts, in their order.
func (r *Report) Open() []*Finding {
	open := make([]*Finding, 0, len(r.Findings))
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status != Suppressed {
			open = append(open, f)
		}
	}
	return open
}

// Coverage says how much of one region of one account was read.
type Coverage struct {
	AccountID         string `json:"account_id"` // empty where a profile does not work and its account is not known
	AccountName       string `json:"account_name"`
	Region            string `json:"region"`
	Status            string `json:"status"` // complete, partial, failed, skipped
	SecurityGroups    int    `json:"security_groups"`
	Rules             int    `json:"rules"`
	NetworkInterfaces int    `json:"network_interfaces"`
	Gaps              []Gap  `json:"gaps"`
}

// account is the id of the account, or the name of the profile where the id is not known.
func (c *Coverage) account() string { return cmp.Or(c.AccountID, c.AccountName) }

// Gap is an operation that did not give its whole answer.
type Gap struct {
	Operation string `json:"operation"` // the IAM action
	Kind      string `json:"kind"`
	Code      string `json:"code"`
	Message   string `json:"message"`
}

// CheckInfo describes a check that took part in the run.
type CheckInfo struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Severity   Severity `json:"severity"`
	References []string `json:"references"`
}

// Summary counts open findings by severity, and the rest.
type Summary struct {
	Critical     int `json:"critical"`
	High         int `json:"high"`
	Medium       int `json:"medium"`
	Low          int `json:"low"`
	Info         int `json:"info"`
	Suppressed   int `json:"suppressed"`
	NotEvaluated int `json:"not_evaluated"`
}

// Total counts the open findings of every severity.
func (s Summary) Total() int { return s.Critical + s.High + s.Medium + s.Low + s.Info }

// Of returns the open findings of one severity.
func (s Summary) Of(v Severity) int {
	return [...]int{s.Info, s.Low, s.Medium, s.High, s.Critical}[v]
}

// Open and Suppressed are the states of a finding.
const (
	Open       = "open"
	Suppressed = "suppressed"
)

// Finding is one thing that should not be as it is: one per check and rule,
// or per check and resource where no rule is meant.
type Finding struct {
	ID           string     `json:"id"`
	Check        string     `json:"check"`
	Title        string     `json:"title"`
	Severity     Severity   `json:"severity"`
	BaseSeverity Severity   `json:"base_severity"`
	Information  bool       `json:"-"`                    // the check gave it severity info, whatever the settings say
	Status       string     `json:"status"`               // open or suppressed
	Baseline     string     `json:"baseline"`             // new, unchanged, or empty where no baseline was given
	FirstSeen    *time.Time `json:"first_seen,omitempty"` // with a baseline: when the first of the reports found it

	// SeverityBefore is the severity in the baseline, where it was lower than it is now.
	SeverityBefore *Severity `json:"severity_before,omitempty"`
	// JudgedSeverity is the severity that the last run gave which could judge the finding,
	// where it is another one: in this run the verdict is unknown, and the region was not
	// read in full.
	JudgedSeverity *Severity `json:"judged_severity,omitempty"`

	AccountID    string            `json:"account_id"`
	AccountName  string            `json:"account_name"`
	Region       string            `json:"region"`
	VPCID        string            `json:"vpc_id"`
	VPCName      string            `json:"vpc_name,omitempty"` // its tag Name
	GroupID      string            `json:"group_id"`
	GroupName    string            `json:"group_name"`
	GroupARN     string            `json:"group_arn"`
	Tags         map[string]string `json:"tags"` // of the group or resource
	ResourceType string            `json:"resource_type"`
	ResourceID   string            `json:"resource_id"`
	ResourceName string            `json:"resource_name,omitempty"` // of the group, or of the resource where AWS knows a name
	Rule         *Rule             `json:"rule,omitempty"`
	Services     []string          `json:"services"`
	Attached     int               `json:"attached"`         // interfaces to which the group is attached
	AttachedTo   map[string]int    `json:"attached_by_kind"` // the same, by kind of owner
	Interfaces   []Interface       `json:"interfaces"`       // at most MaxInterfaces of them
	Exposure     Exposure          `json:"exposure"`
	Unused       *Unused           `json:"unused,omitempty"` // of findings about unused groups
	Message      string            `json:"message"`
	Fix          Fix               `json:"fix"`
	References   []string          `json:"references"`
	Suppression  *Suppression      `json:"suppression,omitempty"`

	packed packed // what Detailed adds
}

// MaxInterfaces caps the interfaces that a finding lists; Attached is the
// true count.
const MaxInterfaces = 10

// Interface is an interface to which the group is attached.
type Interface struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"` // its tag Name
	Owner     string `json:"owner"`
	PrivateIP string `json:"private_ip"`
	PublicIP  string `json:"public_ip"`
	IPv6      string `json:"ipv6,omitempty"` // the first IPv6 address, where it is not in PrivateIP
}

// Exposure is the verdict on whether the internet gets through today, and
// the facts that it rests on, in the order of the path.
type Exposure struct {
	Verdict  reach.Verdict `json:"verdict"` // reachable, not-reachable, unattached, unknown
	Evidence []string      `json:"evidence"`
}

// Fix is the change that removes the finding.
type Fix struct {
	Summary   string   `json:"summary"`
	Commands  []string `json:"commands"` // AWS CLI, in order
	Terraform string   `json:"terraform"`
	Undo      []string `json:"undo"`  // what takes each command back, at its position; empty where nothing does
	Proof     []string `json:"proof"` // of a replacement: what it covers, admits and loses, and how that was found
	Notes     []string `json:"notes"` // what to know before the change

	// Steps are what the commands carry out, one for each, as values. A plan
	// is made of them: commands, undo and terraform are for readers.
	Steps []change.Step `json:"steps"`

	// Keeps is set by the remedy where the change takes no access away, and was
	// proven not to.
	Keeps bool `json:"-"`
}

// Suppression says which exception accepted a finding.
type Suppression struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires,omitempty"`
	Owner   string `json:"owner,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
}

// ExceptionUse says what became of one exception in this run.
type ExceptionUse struct {
	Line    int    `json:"line"` // in the configuration file, from 1
	Reason  string `json:"reason"`
	Expires string `json:"expires,omitempty"` // the last day it holds
	Expired bool   `json:"expired"`
	Hits    int    `json:"hits"` // findings that it matches; they are open if it has expired
}

// Note says what holds for all findings of a check in a region, such as where it
// searched.
type Note struct {
	Check     string `json:"check"`
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Text      string `json:"text"`
}

// NotEvaluated names a check that could not be run, in whole or in part, on
// a region, and why.
type NotEvaluated struct {
	Check     string `json:"check"`
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Reason    string `json:"reason"`
}
