package output

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// The AWS Security Finding Format of Security Hub CSPM: a list of findings for
// BatchImportFindings, which takes 100 in a call, and only those of the account
// and the region that it is called in. A finding that is fixed since the
// baseline is archived and passed; one that an exception accepts is archived.
// Each region has a finding of its own about what was not read or not evaluated,
// with the status NOT_AVAILABLE. Limits are
// those of the API's reference: Title 256 characters, Description 1024, Id and
// GeneratorId 512, the text of a recommendation 512, 50 product fields of 2048,
// 50 tags.
var _ = declare("asff", "application/json", "AWS Security Finding Format, for Security Hub", writeASFF)

type (
	asffFinding struct {
		SchemaVersion string            `json:"SchemaVersion"`
		ID            string            `json:"Id"`
		ProductARN    string            `json:"ProductArn"`
		ProductName   string            `json:"ProductName"`
		CompanyName   string            `json:"CompanyName"`
		Region        string            `json:"Region,omitempty"`
		GeneratorID   string            `json:"GeneratorId"`
		Account       string            `json:"AwsAccountId"`
		CreatedAt     string            `json:"CreatedAt"`
		UpdatedAt     string            `json:"UpdatedAt"`
		FirstObserved string            `json:"FirstObservedAt,omitempty"`
		Title         string            `json:"Title"`
		Description   string            `json:"Description"`
		Provider      asffProvider      `json:"FindingProviderFields"`
		Remediation   *asffRemedy       `json:"Remediation,omitempty"`
		ProductFields map[string]string `json:"ProductFields"`
		Resources     []asffResource    `json:"Resources"`
		Compliance    asffCompliance    `json:"Compliance"`
		RecordState   string            `json:"RecordState"`
	}
	asffProvider struct {
		Severity asffSeverity `json:"Severity"`
		Types    []string     `json:"Types"`
	}
	asffSeverity struct {
		Label    string `json:"Label"`
		Original string `json:"Original"`
	}
	asffRemedy struct {
		Recommendation asffRecommendation `json:"Recommendation"`
	}
	asffRecommendation struct {
		Text string `json:"Text"`
		URL  string `json:"Url,omitempty"`
	}
	asffResource struct {
		Type      string            `json:"Type"`
		ID        string            `json:"Id"`
		Partition string            `json:"Partition"`
		Region    string            `json:"Region,omitempty"`
		Tags      map[string]string `json:"Tags,omitempty"`
		Details   *asffDetails      `json:"Details,omitempty"`
	}
	asffDetails struct {
		Group asffGroup `json:"AwsEc2SecurityGroup"`
	}
	asffGroup struct {
		Name  string `json:"GroupName,omitempty"`
		ID    string `json:"GroupId"`
		Owner string `json:"OwnerId,omitempty"`
		VPC   string `json:"VpcId,omitempty"`
	}
	asffCompliance struct {
		Status string `json:"Status"`
	}
)

var asffLabels = [...]string{"INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"}

const asffTags = 50 // of a resource

func writeASFF(w io.Writer, r *findings.Report, _ Options) error {
	out := newRecords(w)
	out.begin("[")
	for i := range r.Findings {
		out.item(asffFound(r, &r.Findings[i]))
	}
	if r.Comparison != nil {
		for i := range r.Comparison.Fixed {
			out.item(asffFixed(r, &r.Comparison.Fixed[i]))
		}
	}
	for _, c := range unread(r) {
		if len(r.Coverage) == 0 {
			out.item(asffCoverage(r, c, c.AccountID))
		}
	}
	known := r.Caller.AccountID // in the place of an account without a known id, since ASFF wants one
	if i := slices.IndexFunc(r.Coverage, func(c findings.Coverage) bool { return c.AccountID != "" }); known == "" && i >= 0 {
		known = r.Coverage[i].AccountID
	}
	for i := range r.Coverage {
		if c := r.Coverage[i]; c.Status != "skipped" {
			out.item(asffCoverage(r, &c, known))
		}
	}
	out.raw("\n]\n")
	return out.flush("ASFF")
}

// asffCoverage says how much of a region was read and evaluated. It has the
// same id in every run, so that the run that reads the region again passes it. Of an
// account without a known id it is one of the known account, with the profile's name.
func asffCoverage(r *findings.Report, c *findings.Coverage, known string) *asffFinding {
	account, profile := c.AccountID, ""
	if account == "" {
		account, profile = known, c.AccountName
	}
	a := asffBase(r, findings.Identity("coverage", r.Caller.Partition, account, c.Region, profile, ""), "coverage", account, c.Region)
	a.Resources = []asffResource{{Type: "AwsAccount", ID: "AWS::::Account:" + account, Partition: cmp.Or(r.Caller.Partition, "aws"), Region: c.Region}}
	var missing, checks []string
	if c.Status != "complete" {
		for _, g := range unreadParts(c) {
			missing = append(missing, gapWords(&g))
		}
	}
	for i := range r.NotEvaluated {
		if n := &r.NotEvaluated[i]; n.AccountID == c.AccountID && n.Region == c.Region {
			missing, checks = append(missing, n.Check+" was not evaluated: "+n.Reason), append(checks, n.Check)
		}
	}
	if len(missing) == 0 {
		a.Title, a.Description = "The region was read in full", "Every check was evaluated."
		a.Compliance.Status, a.RecordState = "PASSED", "ARCHIVED"
		return a
	}
	a.Title, a.Description, a.Compliance.Status = "The region could not be audited in full", asffText(strings.Join(missing, "; "), 1024), "NOT_AVAILABLE"
	if len(checks) > 0 {
		a.ProductFields["sgaudit/NotEvaluated"] = asffText(strings.Join(checks, ", "), 2048)
	}
	return a
}

// asffText shortens a text that may not be empty.
func asffText(text string, most int) string {
	return runes(cmp.Or(words.Plain(text), "unknown"), most)
}

func asffBase(r *findings.Report, id, check, account, region string) *asffFinding {
	partition := cmp.Or(r.Caller.Partition, "aws")
	at := asffTime(r.FinishedAt)
	return &asffFinding{
		SchemaVersion: "2018-10-08", ID: asffText("sgaudit/"+id, 512), GeneratorID: asffText("sgaudit/"+check, 512),
		ProductARN:  "arn:" + partition + ":securityhub:" + region + ":" + account + ":product/" + account + "/default",
		ProductName: "sgaudit", CompanyName: "sgaudit", Region: region, Account: account, CreatedAt: at, UpdatedAt: at,
		Provider: asffProvider{
			Severity: asffSeverity{asffLabels[0], findings.Info.String()},
			Types:    []string{"Software and Configuration Checks/AWS Security Best Practices/Network Reachability"},
		},
		ProductFields: map[string]string{"sgaudit/Check": asffText(check, 2048)},
		RecordState:   "ACTIVE",
	}
}

func asffFound(r *findings.Report, f *findings.Finding) *asffFinding {
	a := asffBase(r, f.ID, f.Check, f.AccountID, f.Region)
	a.Title, a.Description = asffText(cmp.Or(f.Title, f.Check), 256), asffText(f.Message, 1024)
	a.Provider.Severity = asffSeverity{asffLabels[f.Severity], f.Severity.String()}
	a.Compliance.Status = "FAILED"
	if f.FirstSeen != nil {
		a.CreatedAt, a.FirstObserved = asffTime(*f.FirstSeen), asffTime(*f.FirstSeen)
	}
	field := func(name, value string) {
		if value != "" {
			a.ProductFields["sgaudit/"+name] = asffText(value, 2048)
		}
	}
	field("Status", f.Status)
	field("Baseline", f.Baseline)
	if f.MoreSevere() {
		field("SeverityBefore", f.SeverityBefore.String())
	}
	field("Rule", ruleText(f))
	if f.Rule != nil {
		field("RuleIds", strings.Join(f.Rule.Texts().RuleIDs, ", "))
	}
	field("Services", strings.Join(f.Services, ", "))
	field("Exposure", string(f.Exposure.Verdict))
	field("Attached", strconv.Itoa(f.Attached))
	field("AccountName", f.AccountName)
	if f.Status == findings.Suppressed {
		a.RecordState = "ARCHIVED"
		field("Suppression", accepted(f))
	}
	if f.Fix.Summary != "" {
		a.Remediation = &asffRemedy{asffRecommendation{Text: asffText(f.Fix.Summary, 512)}}
		for _, reference := range f.References {
			if strings.HasPrefix(reference, "https://") && words.Plain(reference) == reference {
				a.Remediation.Recommendation.URL = reference
				break
			}
		}
	}
	resource := asffResource{Type: asffType(f.ResourceType), ID: arn(r.Caller.Partition, f), Partition: cmp.Or(r.Caller.Partition, "aws"), Region: f.Region}
	for key, value := range f.Tags {
		if len(f.Tags) <= asffTags {
			if resource.Tags == nil {
				resource.Tags = map[string]string{}
			}
			resource.Tags[key] = value
		}
	}
	if resource.Type == "AwsEc2SecurityGroup" {
		resource.Details = &asffDetails{asffGroup{words.Plain(f.GroupName), f.GroupID, f.AccountID, f.VPCID}}
	}
	a.Resources = []asffResource{resource}
	return a
}

// asffFixed archives a finding that the baseline held.
func asffFixed(r *findings.Report, k *findings.Ref) *asffFinding {
	a := asffBase(r, k.ID, k.Check, k.AccountID, k.Region)
	a.Title, a.Description = asffText(k.Check, 256), asffText(k.Message, 1024)
	a.Provider.Severity = asffSeverity{asffLabels[k.Severity], k.Severity.String()}
	a.Compliance.Status, a.RecordState = "PASSED", "ARCHIVED"
	if k.FirstSeen != nil {
		a.CreatedAt, a.FirstObserved = asffTime(*k.FirstSeen), asffTime(*k.FirstSeen)
	}
	id := knownARN(r.Caller.Partition, k)
	kind := "Other"
	if strings.HasPrefix(k.ResourceID, "sg-") {
		kind = "AwsEc2SecurityGroup"
	}
	a.Resources = []asffResource{{Type: kind, ID: id, Partition: cmp.Or(r.Caller.Partition, "aws"), Region: k.Region}}
	return a
}

// asffType returns Security Hub's name of a type of resources.
func asffType(kind string) string {
	switch kind {
	case "", "security-group":
		return "AwsEc2SecurityGroup"
	case "network-interface":
		return "AwsEc2NetworkInterface"
	case "network-acl":
		return "AwsEc2NetworkAcl"
	case "vpc":
		return "AwsEc2Vpc"
	case "load-balancer":
		return "AwsElbv2LoadBalancer"
	case "account":
		return "AwsAccount"
	}
	return "Other"
}

// asffTime writes a time as ASFF wants it.
func asffTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
