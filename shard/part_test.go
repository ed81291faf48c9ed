package shard

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Of these accounts the first is in shard 5 of 7, the second in 2, the third in 7.
const first, second, third = "111122223333", "444455556666", "100000000001"

var begun = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// part is one of a run over the three accounts, with a region of each that is its own.
func part(index int) *Part {
	p := &Part{
		Share: Share{index, 7}, Tool: "sgaudit 1", StartedAt: begun.Add(time.Duration(index) * time.Minute), FinishedAt: begun.Add(time.Hour + time.Duration(index)*time.Minute),
		Settings:  Settings{Flags: [][2]string{{"check", "x"}, {"tag", "a=b"}}, ConfigName: "sgaudit.yaml", Config: "accounts: []\n"},
		Throttled: []findings.Throttled{{AccountID: first, Region: "eu-west-1", Operation: "DescribeVpcs", Calls: index}},
		Inventory: &inventory.Inventory{Depth: inventory.DepthNetwork, Caller: inventory.Caller{AccountID: first, ARN: "arn:aws:iam::111122223333:role/hub", Partition: "aws"}, Regions: []*inventory.Region{}},
	}
	for _, id := range []string{third, first, second} {
		p.Accounts = append(p.Accounts, Account{ID: id, Name: "team", Regions: []string{"eu-west-1", "us-east-1"}})
		if p.Has(id) {
			asked := inventory.DepthNetwork.Parts()
			p.Inventory.Regions = append(p.Inventory.Regions, &inventory.Region{AccountID: id, AccountName: "team", Partition: "aws", Name: "eu-west-1", Asked: asked, Read: asked, Groups: []inventory.Group{{ID: "sg-1", Name: "\u009b2J"}}})
		}
	}
	return p
}

func saved(t *testing.T, p *Part) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := p.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// change is one text of a part in the place of another, and what Load says of it.
type change struct{ from, to, want string }

func changes(t *testing.T, text string, list []change) {
	t.Helper()
	for _, c := range list {
		changed := strings.Replace(text, c.from, c.to, 1)
		if changed == text {
			t.Fatalf("%s is not in the part", c.from)
		}
		if _, err := Load([]byte(changed)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.to, err, c.want)
		}
	}
}

// TestLoad reads back what Save writes, and refuses everything else with a reason.
func TestLoad(t *testing.T) {
	for index := range 7 {
		want := part(index + 1)
		got, err := Load(saved(t, want))
		if err != nil {
			t.Fatal(err)
		}
		want.Inventory.Normalize()
		if string(saved(t, got)) != string(saved(t, want)) {
			t.Errorf("part %d changes when it is saved and loaded", index+1)
		}
	}
	text := string(saved(t, part(5)))
	if strings.ContainsAny(text, "\u009b\x1b") {
		t.Error("a terminal would obey the part")
	}
	// The first line as version 1 has it, without a digest: what it holds is checked there too.
	head, rest, _ := strings.Cut(text, "\n")
	old := strings.Replace(head[:strings.LastIndex(head, `,"sha256":`)]+"}\n", `"sgaudit_part":"2"`, `"sgaudit_part":"1"`, 1) + rest
	got, err := Load([]byte(old))
	if err != nil || string(saved(t, got)) != text {
		t.Errorf("the part of version 1 reads as another: %v", err)
	}
	changes(t, text, []change{
		{`"sgaudit_part":"2"`, `"sgaudit_part":"3"`, `the part has version "3"`},
		{`"sgaudit_part":"2"`, `"sgaudit_part":"1"`, "unknown field \"sha256\""},
		{`,"sha256":"`, `,"sha255":"`, "the digest (sha256) of its first line is missing"},
		{`"retry":false`, `"retry":true`, "its first line does not have the digest (sha256) that it names"},
		{`"name":"team"`, `"name":"tema"`, "its first line does not have the digest"},
		{`"config":"accounts: []`, `"config":"accounts: {}`, "its first line does not have the digest"},
		{`"shard":5`, `"shard":4`, "its first line does not have the digest"},
	})
	changes(t, old, []change{
		{`"tool"`, `"tols"`, "the part is damaged"},
		{`"shard":5`, `"shard":8`, "it is shard 8 of 7"},
		{`"shard":5`, `"shard":4`, "account 111122223333 does not belong to shard 4/7"},
		{`"shards":7`, `"shards":1000000000`, "it is shard 5 of 1000000000"},
		{`"started_at":"2030`, `"started_at":"2031`, "its times are in the wrong order"},
		{`{"id":"111122223333"`, `{"id":"1111"`, `its list of accounts has "1111" in the wrong place`},
		{`{"id":"111122223333"`, `{"id":"999999999999"`, `its list of accounts has "444455556666" in the wrong place`},
		{`"regions":["eu-west-1"`, `"regions":["../x"`, `"../x" is not a region`},
		{`"sgaudit_snapshot":"2"`, `"sgaudit_snapshot":"9"`, `the snapshot has version "9"`},
		{`"sg-1"`, `"sg-2"`, "the snapshot is damaged"},
		{"\n", " ", "the snapshot ends too early"},
	})
	for cut := range len(text) - 1 {
		if _, err := Load([]byte(text[:cut])); err == nil {
			t.Fatalf("the first %d bytes are a part", cut)
		}
	}
}

func all() (parts []*Part, names []string) {
	for i := range 7 {
		parts, names = append(parts, part(i+1)), append(names, fmt.Sprint("p", i+1))
	}
	return parts, names
}

// TestMerge joins parts, and finds what does not belong together.
func TestMerge(t *testing.T) {
	parts, names := all()
	m, err := Merge(parts, names, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range m.Snapshot.Inventory.Regions {
		got = append(got, r.AccountID+" "+r.Name+" "+r.Status())
	}
	if diff := cmp.Diff([]string{third + " eu-west-1 complete", first + " eu-west-1 complete", second + " eu-west-1 complete"}, got); diff != "" {
		t.Error(diff)
	}
	if !m.Snapshot.TakenAt.Equal(begun.Add(time.Minute)) || !m.FinishedAt.Equal(begun.Add(time.Hour+7*time.Minute)) || len(m.Throttled) != 7 || len(m.Missing) != 0 || len(m.Accounts) != 3 || m.Snapshot.Inventory.Caller != parts[0].Inventory.Caller {
		t.Errorf("%+v", m)
	}

	// Without the shard of the first account, and with one that did not list the second.
	parts, names = all()
	parts[1].Inventory.Regions = nil
	parts[1].Accounts = parts[1].Accounts[:2]
	m, err = Merge(append(parts[:4:4], parts[5:]...), append(names[:4:4], names[5:]...), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"5/7"}, m.Missing); diff != "" {
		t.Error(diff)
	}
	why := map[string]string{}
	for _, r := range m.Snapshot.Inventory.Regions {
		if r.Status() != "complete" {
			why[r.AccountID+" "+r.Name] = r.Status() + ": " + r.Gaps[0].Message
		}
	}
	const lost, unlisted = "failed: shard 5/7 has no part: run it again, and merge anew", "failed: the part of shard 2/7 does not hold the account, which it did not find when it listed the accounts: run it again, and merge anew"
	if diff := cmp.Diff(map[string]string{first + " eu-west-1": lost, first + " us-east-1": lost, second + " eu-west-1": unlisted, second + " us-east-1": unlisted}, why); diff != "" {
		t.Error(diff)
	}

	for want, change := range map[string]func(*Part){
		"one is shard 1/7 and the other 3/8":                                                                                                     func(p *Part) { p.Count = 8 },
		"one was written by sgaudit 1 and the other by sgaudit 2":                                                                                func(p *Part) { p.Tool = "sgaudit 2" },
		"one is of the partition aws and the other of aws-cn":                                                                                    func(p *Part) { p.Inventory.Caller.Partition = "aws-cn" },
		"read with --depth network and the other with --depth group":                                                                             func(p *Part) { p.Inventory.Depth = inventory.DepthGroups },
		"other settings: one has a configuration file, sgaudit.yaml, and the other has none":                                                     func(p *Part) { p.Settings.Config, p.Settings.ConfigName = "", "" },
		"other settings: the content of the configuration file sgaudit.yaml":                                                                     func(p *Part) { p.Settings.Config = "checks: {}" },
		"other settings: the name of the configuration file (sgaudit.yaml, and x)":                                                               func(p *Part) { p.Settings.ConfigName = "x" },
		"other settings: the flag --check (--check x, and nothing); the flag --tag (--tag a=b, and --tag a=c)":                                   func(p *Part) { p.Settings.Flags = [][2]string{{"tag", "a=c"}} },
		"other settings: the order of the flags":                                                                                                 func(p *Part) { p.Settings.Flags = [][2]string{{"tag", "a=b"}, {"check", "x"}} },
		"other settings: the flag --region (nothing, and --region us-east-1)":                                                                    func(p *Part) { p.Settings.Flags = append(p.Settings.Flags, [2]string{"region", "us-east-1"}) },
		"p3 is not of one run with the other parts: its shards read account 100000000001 in other regions (eu-west-1, and eu-west-1, us-east-1)": func(p *Part) { p.Accounts[0].Regions = []string{"eu-west-1"} },
	} {
		parts, names := all()
		change(parts[2])
		if _, err := Merge(parts, names, time.Time{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := Merge(nil, nil, time.Time{}); err == nil {
		t.Error("nothing was merged")
	}
}

// TestLaterPart takes of two parts of one shard the one that was begun later, in any order.
func TestLaterPart(t *testing.T) {
	for _, first := range []bool{true, false} {
		parts, names := all()
		old := part(5)
		old.StartedAt, old.Inventory.Regions = old.StartedAt.Add(-time.Second), nil
		if first {
			parts, names = append([]*Part{old}, parts...), append([]string{"old"}, names...)
		} else {
			parts, names = append(parts, old), append(names, "old")
		}
		m, err := Merge(parts, names, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"shard 5/7 is in old, and in p5, which was begun later or at the same time and counts"}, m.Replaced); diff != "" {
			t.Error(diff)
		}
		if len(m.Snapshot.Inventory.Regions) != 3 || !m.Snapshot.Inventory.Complete() {
			t.Errorf("%+v", m.Snapshot.Inventory.Regions)
		}
	}
}

// TestOtherAccounts names the parts that list other accounts.
func TestOtherAccounts(t *testing.T) {
	parts, names := all()
	m, err := Merge(parts, names, time.Time{})
	if err != nil || m.OtherAccounts != "" {
		t.Errorf("%q, %v", m.OtherAccounts, err)
	}
	parts[1].Accounts = append(parts[1].Accounts[:2:2], Account{ID: "999999999999", Regions: []string{"us-east-1"}})
	m, err = Merge(parts, names, time.Time{})
	const want = "the parts list other accounts: p2 and p1 (p2 has 999999999999 and p1 has not; p1 has 444455556666 and p2 has not)"
	if err != nil || m.OtherAccounts != want {
		t.Errorf("%q, %v", m.OtherAccounts, err)
	}
}

// TestEarlierRun leaves out the part of the night before, which its shard has not
// replaced: its accounts are missing. Where half of the parts are older, it is not clear
// which run is meant.
func TestEarlierRun(t *testing.T) {
	parts, names := all()
	parts[4].StartedAt = parts[4].StartedAt.Add(-23 * time.Hour)
	parts[4].Tool, parts[4].Count = "sgaudit 0", 6 // tonight's run has other settings
	m, err := Merge(parts, names, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"5/7"}, {"p5"}}, [][]string{m.Missing, m.Earlier}); diff != "" {
		t.Error(diff)
	}
	if !m.Snapshot.TakenAt.Equal(begun.Add(time.Minute)) {
		t.Errorf("the run was begun at %s", m.Snapshot.TakenAt)
	}
	for _, i := range []int{0, 1, 2} {
		parts[i].StartedAt = parts[i].StartedAt.Add(-23 * time.Hour)
	}
	if _, err := Merge(parts, names, time.Time{}); err == nil || !strings.Contains(err.Error(), "remove those of an earlier run") {
		t.Error(err)
	}

	// With a time since when the run began that is clear.
	m, err = Merge(parts, names, begun)
	if err != nil || len(m.Earlier) != 4 || len(m.Missing) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := Merge(parts, names, begun.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "the last of the parts was begun at 2030-01-02T03:11:05Z: none is of a run since 2030-01-02T04:04:05Z") {
		t.Error(err)
	}
}

// TestSessions: shards with different names of sessions have a caller in common,
// without an ARN.
func TestSessions(t *testing.T) {
	parts, names := all()
	for i, p := range parts {
		p.Inventory.Caller.ARN += fmt.Sprint("/", i)
	}
	m, err := Merge(parts, names, time.Time{})
	if err != nil || m.Snapshot.Inventory.Caller != (inventory.Caller{AccountID: first, Partition: "aws"}) {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestFiles finds the parts of a folder and nothing else: no temporary file of a shard
// that was killed.
func TestFiles(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{Share{3, 50}.Name(), Share{50, 50}.Name(), "." + Share{4, 50}.Name() + ".123", "part-x-of-50.json.zst", "part-07-of-50.json", "part-08-of-50.json.tmp", "report.json"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, Share{5, 50}.Name()), 0o700); err != nil { // as a named pipe, no file
		t.Fatal(err)
	}
	got, err := Files(folder)
	if diff := cmp.Diff([]string{filepath.Join(folder, "part-03-of-50.json.zst"), filepath.Join(folder, "part-07-of-50.json"), filepath.Join(folder, "part-50-of-50.json.zst")}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestWritten counts the parts of the run that wrote last, and not those of last night or
// of a run with another number of shards.
func TestWritten(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, at time.Time) {
		t.Helper()
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	want := func(parts, shards int) {
		t.Helper()
		if p, s, err := Written(folder, begun); p != parts || s != shards || err != nil {
			t.Errorf("%d of %d, %v, want %d of %d", p, s, err, parts, shards)
		}
	}
	want(0, 0)
	write(Share{1, 3}.Name(), begun.Add(-time.Second))
	want(0, 0)
	write(Share{7, 7}.Name(), begun.Add(time.Second))
	write("part-0-of-3.json.zst", begun.Add(time.Hour))
	write("part-4-of-3.json.zst", begun.Add(time.Hour))
	write("part-03-of-3.json.zst", begun.Add(time.Hour))
	want(1, 7)
	write(Share{2, 3}.Name(), begun.Add(2*time.Second))
	write(Share{3, 3}.Name(), begun.Add(2*time.Second))
	want(2, 3)
	write(Share{1, 3}.Name(), begun)
	want(3, 3)
	write("part-3-of-3.json", begun) // of a shard that is counted already
	want(3, 3)
	if err := os.Remove(filepath.Join(folder, Share{3, 3}.Name())); err != nil {
		t.Fatal(err)
	}
	want(3, 3)
	if _, _, err := Written(filepath.Join(folder, "none"), begun); !os.IsNotExist(err) {
		t.Error(err)
	}
}
