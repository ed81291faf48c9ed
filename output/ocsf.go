package output

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// OCSF 1.5.0: a list of Compliance Findings (class 2003) with the profile cloud.
// What the schema does not know stands under "unmapped". Title, standards and
// the vendor are required up to 1.2 and valid later, so that they are always
// there. A finding that is fixed since the baseline is closed. A region that was
// not read and a check that was not evaluated are findings of the status
// Unknown. Times are in milliseconds.
var _ = declare("ocsf", "application/json", "OCSF 1.5.0 Compliance Findings, for Security Lake and other stores", writeOCSF)

type (
	ocsfFinding struct {
		ActivityID   int            `json:"activity_id"`
		CategoryUID  int            `json:"category_uid"`
		ClassUID     int            `json:"class_uid"`
		TypeUID      int            `json:"type_uid"`
		Time         int64          `json:"time"`
		SeverityID   int            `json:"severity_id"`
		Severity     string         `json:"severity"`
		StatusID     int            `json:"status_id"`
		Status       string         `json:"status"`
		StatusDetail string         `json:"status_detail,omitempty"`
		Message      string         `json:"message"`
		Metadata     ocsfMetadata   `json:"metadata"`
		Cloud        ocsfCloud      `json:"cloud"`
		Info         ocsfInfo       `json:"finding_info"`
		Compliance   ocsfCompliance `json:"compliance"`
		Resources    []ocsfResource `json:"resources"`
		Remediation  *ocsfRemedy    `json:"remediation,omitempty"`
		Unmapped     *ocsfUnmapped  `json:"unmapped,omitempty"`
	}
	ocsfMetadata struct {
		Version   string      `json:"version"`
		EventCode string      `json:"event_code"`
		Product   ocsfProduct `json:"product"`
		Profiles  []string    `json:"profiles"`
	}
	ocsfProduct struct {
		Name    string `json:"name"`
		UID     string `json:"uid"`
		Vendor  string `json:"vendor_name"`
		Version string `json:"version"`
	}
	ocsfCloud struct {
		Provider string      `json:"provider"`
		Region   string      `json:"region,omitempty"`
		Account  ocsfAccount `json:"account"`
	}
	ocsfAccount struct {
		UID    string `json:"uid"`
		Name   string `json:"name,omitempty"`
		Type   string `json:"type"`
		TypeID int    `json:"type_id"`
	}
	ocsfInfo struct {
		UID       string `json:"uid"`
		Title     string `json:"title"`
		Desc      string `json:"desc,omitempty"`
		Created   int64  `json:"created_time,omitempty"`
		FirstSeen int64  `json:"first_seen_time,omitempty"`
		LastSeen  int64  `json:"last_seen_time,omitempty"`
	}
	ocsfCompliance struct {
		Control   string   `json:"control"`
		Standards []string `json:"standards"`
		StatusID  int      `json:"status_id"`
		Status    string   `json:"status"`
		Details   []string `json:"status_details,omitempty"`
	}
	ocsfResource struct {
		UID       string   `json:"uid"`
		Name      string   `json:"name,omitempty"`
		Type      string   `json:"type,omitempty"`
		Region    string   `json:"region,omitempty"`
		Partition string   `json:"cloud_partition,omitempty"`
		Labels    []string `json:"labels,omitempty"`
	}
	ocsfRemedy struct {
		Desc       string   `json:"desc"`
		References []string `json:"references,omitempty"`
	}
	ocsfUnmapped struct {
		Baseline    string                `json:"baseline,omitempty"`
		Before      *findings.Severity    `json:"severity_before,omitempty"`
		VPC         string                `json:"vpc_id,omitempty"`
		Rule        *findings.Rule        `json:"rule,omitempty"`
		Services    []string              `json:"services,omitempty"`
		Attached    int                   `json:"attached"`
		Exposure    findings.Exposure     `json:"exposure"`
		Commands    []string              `json:"commands,omitempty"`
		Suppression *findings.Suppression `json:"suppression,omitempty"`
	}
)

var ocsfSeverities = [...]string{"Informational", "Low", "Medium", "High", "Critical"}

func writeOCSF(w io.Writer, r *findings.Report, _ Options) error {
	out := newRecords(w)
	out.begin("[")
	for i := range r.Findings {
		out.item(ocsfFound(r, r.Findings[i].Detailed()))
	}
	if r.Comparison != nil {
		for i := range r.Comparison.Fixed {
			out.item(ocsfFixed(r, &r.Comparison.Fixed[i]))
		}
	}
	for _, c := range unread(r) {
		for _, g := range unreadParts(c) {
			id := findings.Identity("not-read", r.Caller.Partition, c.AccountID, c.Region, g.Operation, g.Kind)
			out.item(ocsfMissing(r, id, "not-read", "A region could not be read in full", c.AccountID, c.Region, gapWords(&g)))
		}
	}
	for i := range r.NotEvaluated {
		n := &r.NotEvaluated[i]
		id := findings.Identity("not-evaluated", r.Caller.Partition, n.AccountID, n.Region, n.Check, n.Reason)
		out.item(ocsfMissing(r, id, n.Check, "A check could not be evaluated", n.AccountID, n.Region, n.Reason))
	}
	if text := leftOut(r); text != "" {
		id := findings.Identity("left-out", r.Caller.Partition, r.Caller.AccountID, "", "", "")
		out.item(ocsfMissing(r, id, "left-out", "Findings are left out of this report", r.Caller.AccountID, "", text))
	}
	out.raw("\n]\n")
	return out.flush("OCSF")
}

// ocsfBase returns what all findings have in common: an open one.
func ocsfBase(r *findings.Report, id, check, title, account, region string) *ocsfFinding {
	e := &ocsfFinding{ActivityID: 1, CategoryUID: 2, ClassUID: 2003, TypeUID: 200301, Time: millis(r.FinishedAt), StatusID: 1, Status: "New"}
	e.Metadata = ocsfMetadata{"1.5.0", check, ocsfProduct{"sgaudit", "sgaudit", "sgaudit", cmp.Or(r.Tool.Version, "unknown")}, []string{"cloud"}}
	e.Cloud = ocsfCloud{"AWS", region, ocsfAccount{UID: account, Type: "AWS Account", TypeID: 10}}
	e.Info = ocsfInfo{UID: id, Title: cmp.Or(title, check), LastSeen: millis(r.FinishedAt)}
	e.Compliance = ocsfCompliance{Control: check, Standards: []string{"sgaudit"}, StatusID: 3, Status: "Fail"}
	e.SeverityID, e.Severity = 1, ocsfSeverities[0]
	return e
}

func ocsfFound(r *findings.Report, f *findings.Finding) *ocsfFinding {
	e := ocsfBase(r, f.ID, f.Check, f.Title, f.AccountID, f.Region)
	e.SeverityID, e.Severity = int(f.Severity)+1, ocsfSeverities[f.Severity]
	e.Message, e.Info.Desc = f.Message, f.Message
	e.Cloud.Account.Name = f.AccountName
	if f.Baseline == findings.Unchanged {
		e.ActivityID, e.TypeUID = 2, 200302
	}
	if f.Status == findings.Suppressed {
		e.ActivityID, e.TypeUID, e.StatusID, e.Status, e.StatusDetail = 2, 200302, 3, "Suppressed", accepted(f)
	}
	if f.FirstSeen != nil {
		e.Info.FirstSeen, e.Info.Created = millis(*f.FirstSeen), millis(*f.FirstSeen)
	}
	if standards := keepStandards(f.References); len(standards) > 0 {
		e.Compliance.Standards = standards
	}
	resource := ocsfResource{UID: arn(r.Caller.Partition, f), Type: f.ResourceType, Region: f.Region, Partition: r.Caller.Partition, Labels: appendTags(nil, f)}
	resource.Name = cmp.Or(f.GroupName, f.ResourceID)
	e.Resources = []ocsfResource{resource}
	if f.Fix.Summary != "" {
		e.Remediation = &ocsfRemedy{f.Fix.Summary, f.References}
	}
	e.Unmapped = &ocsfUnmapped{f.Baseline, f.SeverityBefore, f.VPCID, f.Rule, f.Services, f.Attached, f.Exposure, f.Fix.Commands, f.Suppression}
	return e
}

// keepStandards returns the references that are not addresses of pages.
func keepStandards(references []string) []string {
	return slices.DeleteFunc(slices.Clone(references), func(s string) bool { return strings.Contains(s, "://") })
}

// ocsfFixed closes a finding that the baseline held.
func ocsfFixed(r *findings.Report, k *findings.Ref) *ocsfFinding {
	e := ocsfBase(r, k.ID, k.Check, k.Check, k.AccountID, k.Region)
	e.ActivityID, e.TypeUID, e.StatusID, e.Status = 3, 200303, 4, "Resolved"
	e.SeverityID, e.Severity = int(k.Severity)+1, ocsfSeverities[k.Severity]
	e.Message, e.Info.Desc = k.Message, k.Message
	e.Compliance.StatusID, e.Compliance.Status = 1, "Pass"
	if k.FirstSeen != nil {
		e.Info.FirstSeen, e.Info.Created = millis(*k.FirstSeen), millis(*k.FirstSeen)
	}
	e.Resources = []ocsfResource{{UID: knownARN(r.Caller.Partition, k), Name: k.ResourceID, Region: k.Region, Partition: r.Caller.Partition}}
	return e
}

// ocsfMissing says what is not known.
func ocsfMissing(r *findings.Report, id, check, title, account, region, text string) *ocsfFinding {
	e := ocsfBase(r, id, check, title, account, region)
	e.Message, e.StatusDetail, e.Info.Desc = words.Plain(title+": "+text), words.Plain(text), words.Plain(text)
	e.Compliance.StatusID, e.Compliance.Status, e.Compliance.Details = 0, "Unknown", []string{words.Plain(text)}
	e.StatusID, e.Status = 0, "Unknown"
	e.Resources = []ocsfResource{{UID: accountARN(r.Caller.Partition, account), Name: cmp.Or(account, "unknown"), Type: "account", Region: region}}
	return e
}

// millis returns milliseconds since 1970, and 0 for a time that is not known.
func millis(t time.Time) int64 { return max(0, t.UnixMilli()) }
