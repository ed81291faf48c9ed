package page_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
)

type groupBlock struct {
	Block    int
	PerFocus int `json:"per_focus"`
	VPCs     []string
	Anchors  []string
	ID       []string
	VPC      []int
	Anchor   []string
	Focus    []int
}

// TestEachGroupHasItsPart holds that every group and VPC that was read has a part
// of the page, that closed and unused ones are among them, and that every group
// with a finding of the demo has its picture.
func TestEachGroupHasItsPart(t *testing.T) {
	inv := demo()
	report, drawn, html := made(t, inv)
	var groups groupBlock
	if err := json.Unmarshal(unpacked(t, html, "gx"), &groups); err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for n, id := range groups.ID {
		at[id] = n
	}
	read := 0
	for _, r := range inv.Regions {
		for i := range r.Groups {
			read++
			if _, ok := at[r.Groups[i].ID]; !ok {
				t.Errorf("%s (%s) has no part of the page", r.Groups[i].ID, r.Groups[i].Name)
			}
			if !strings.Contains(html, `<details class="g" id="`+r.Groups[i].ID+`">`) {
				t.Errorf("%s is not shown without a script", r.Groups[i].ID)
			}
		}
	}
	if read != len(groups.ID) {
		t.Errorf("the page has parts of %d groups, %d were read", len(groups.ID), read)
	}
	for _, v := range drawn.VPCs {
		if strings.Count(html, `<details class="v" id="`+v.Anchor()+`"`) != 1 {
			t.Errorf("VPC %s has no part of the page", v.ID)
		}
	}
	pictures := 0
	for _, f := range report.Findings {
		if f.GroupID == "" {
			continue
		}
		n := at[f.GroupID]
		focus := groups.Focus[n]
		if focus < 0 {
			if f.Severity.String() != "info" {
				t.Errorf("%s, which finding %s is about, has no picture", f.GroupID, f.ID)
			}
			continue
		}
		var list []string
		if err := json.Unmarshal(unpacked(t, html, fmt.Sprintf("p%d", focus/groups.PerFocus)), &list); err != nil {
			t.Fatal(err)
		}
		if svg := list[focus%groups.PerFocus]; !strings.Contains(svg, `id="p`+groups.Anchor[n]+`"`) {
			t.Errorf("the picture of %s does not show it", f.GroupID)
		}
		pictures++
	}
	if pictures < 20 {
		t.Errorf("%d findings have a picture of their group: the test shows little", pictures)
	}
}

// TestAPageOfSeveralAccounts holds that the page names all accounts that were
// read, at the top and at each VPC.
func TestAPageOfSeveralAccounts(t *testing.T) {
	inv := notation.MustParse(`account 111122223333 shop
region eu-west-1
vpc-1 10.0.0.0/16
sg-1 web
  in tcp/22 0.0.0.0/0
eni-1 sg-1 10.0.0.10
account 444455556666 bank
region eu-west-1
vpc-1 10.0.0.0/16
sg-2 web
  in tcp/22 0.0.0.0/0
eni-2 sg-2 10.0.0.11
`).Inventory
	inv.Caller.AccountID = "777788889999"
	_, _, html := made(t, inv)
	for _, want := range []string{
		"2 accounts: 111122223333 (shop), 444455556666 (bank)",
		`href="#f=account:111122223333,vpc:vpc-1"`, `href="#f=account:444455556666,vpc:vpc-1"`,
		`<details class="v" id="v-111122223333-vpc-1"`, `<details class="v" id="v-444455556666-vpc-1"`,
		"account 444455556666 (bank) · eu-west-1",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if strings.Contains(html, "Account 777788889999") {
		t.Error("the page is said to be of the account of the caller, which was not read")
	}
}

// TestNamesStandWithTheirIDs holds that the page names what each finding is about, and each
// group that it links or names, by name and id, with a script and without one.
func TestNamesStandWithTheirIDs(t *testing.T) {
	inv := demo()
	report, _, html := made(t, inv)
	var columns struct {
		Strings []string
		Name    []int
	}
	if err := json.Unmarshal(unpacked(t, html, "ix"), &columns); err != nil {
		t.Fatal(err)
	}
	for i := range report.Findings {
		want := report.Findings[i].Subject()
		if got := columns.Strings[columns.Name[i]]; got != want {
			t.Errorf("the list names %s, want %s", got, want)
		}
		if !strings.Contains(html, `<span class="msg"><bdi>`+want+`</bdi>: <bdi>`) {
			t.Errorf("%s is not named without a script", want)
		}
	}
	named := map[string]string{}
	for _, r := range inv.Regions {
		for i := range r.Groups {
			named[r.Groups[i].ID] = r.Groups[i].Named()
		}
	}
	links := 0
	for _, link := range regexp.MustCompile(`<a href="#(sg-[0-9a-f]+)">(?:The group )?<bdi>([^<]*)</bdi></a>`).FindAllStringSubmatch(html, -1) {
		if links++; link[2] != named[link[1]] {
			t.Errorf("a link to %s has the text %s", named[link[1]], link[2])
		}
	}
	if links < len(named) {
		t.Errorf("%d links for %d groups", links, len(named))
	}
	for _, text := range []string{"8080 from shop-load-balancer (sg-0a100010)", "shop-web (sg-0a100011): 8080"} {
		if !strings.Contains(html, "<li>"+text+"</li>") {
			t.Errorf("no group has the line %s", text)
		}
	}
}
