package findings_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/findings"
)

func random(rng *rand.Rand) findings.Finding {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	return findings.Finding{
		Severity: findings.Severity(rng.IntN(5)), Check: pick("a", "b"), AccountID: pick("1", "2"), Region: pick("x", "y"),
		GroupID: pick("sg-1", "sg-2"), ResourceID: pick("sg-1", "eni-1"), ID: pick("0", "1", "2", "3"),
	}
}

func TestCompareIsAnOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		a, b, c := random(rng), random(rng), random(rng)
		if x, y := findings.Compare(&a, &b), findings.Compare(&b, &a); x != -y {
			t.Fatalf("%+v and %+v: %d one way, %d the other", a, b, x, y)
		}
		if findings.Compare(&a, &b) <= 0 && findings.Compare(&b, &c) <= 0 && findings.Compare(&a, &c) > 0 {
			t.Fatalf("not transitive: %+v, %+v, %+v", a, b, c)
		}
	}
}

// Finish sorts, counts, and leaves no list null; the order before it does not
// show.
func TestFinish(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var list []findings.Finding
	for i := range 50 {
		f := random(rng)
		f.ID, f.Status = string(rune('A'+i)), findings.Open
		list = append(list, f)
	}
	list[0].Status = findings.Suppressed
	encode := func(list []findings.Finding) string {
		r := &findings.Report{Findings: slices.Clone(list)}
		r.Finish()
		if r.Summary.Total() != 49 || r.Summary.Suppressed != 1 {
			t.Errorf("summary: %+v", r.Summary)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want := encode(list)
	if strings.Contains(want, "null") {
		t.Errorf("a list is null: %s", want)
	}
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if got := encode(list); got != want {
		t.Error("the report depends on the order of its making")
	}
}

func TestIdentity(t *testing.T) {
	a := findings.Identity("check", "aws", "1", "r", "sg-1", "in tcp/22 0.0.0.0/0")
	if b := findings.Identity("check", "aws", "1", "r", "sg-1", "in tcp/22 0.0.0.0/0"); a != b || len(a) != 20 {
		t.Errorf("%s and %s", a, b)
	}
	if b := findings.Identity("check", "aws", "1", "rs", "g-1", "in tcp/22 0.0.0.0/0"); a == b {
		t.Error("fields run into each other")
	}
}

func TestReadIsTheInverseOfWriting(t *testing.T) {
	r := &findings.Report{Findings: []findings.Finding{random(rand.New(rand.NewPCG(5, 6)))}}
	r.Findings[0].Status = findings.Open
	r.Finish()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := findings.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(findings.Finding{})); diff != "" {
		t.Error(diff)
	}
}

func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "line 1, column 1: unexpected end of JSON input",
		"{\n \"a\": }":            "line 2, column 7: invalid character",
		`{"a": 1}`:                "not a report of sgaudit",
		`{"schema_version": "9"}`: "schema_version 9, and this version of sgaudit reads 1",
		"{\"schema_version\": \"1\",\n\"findings\": 5}": "line 2, column 14: this is not a report of sgaudit: a value of the kind number cannot stand at findings",
		`[]`:                                  "line 1, column 2: this is not a report of sgaudit: it is not a JSON object",
		`{"schema_version": "1", "runs": []}`: "not a report: it has no findings",
	} {
		_, err := findings.Read(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema_version": "1", "findings": [{"severity": "high"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, err := findings.Read(bytes.NewReader(text)); err == nil {
			r.Finish()
		}
	})
}
