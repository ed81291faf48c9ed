package inventory

import (
	"reflect"
	"strings"
	"testing"
)

// A referrer is named by its service, kind, name and id, and by what a source says about it
// where the service is not in the table.
func TestReferrerWords(t *testing.T) {
	for want, x := range map[string]Referrer{
		"ECS service checkout (arn:checkout)": {Service: "ecs", Kind: "service", Name: "checkout", ID: "arn:checkout"},
		"Batch compute environment night":     {Service: "batch", Kind: "compute-environment", Name: "night"},
		"WorkSpaces directory d-1":            {Service: "workspaces", Kind: "directory", ID: "d-1"},
		"AWS::MWAA::Environment air":          {Kind: "AWS::MWAA::Environment", Name: "air"},
	} {
		if got := x.Words(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Each row of the table has a part of its own, and words of its own.
func TestReferrerServices(t *testing.T) {
	seen := map[string]bool{}
	parts := Part(0)
	for i := range ReferrerServices {
		s := &ReferrerServices[i]
		part := s.Part()
		if part == 0 || parts&part != 0 || part.String() != s.Name || ReferrerServiceOf(s.Service) != s {
			t.Errorf("%s has the part %b (%s)", s.Service, part, part)
		}
		parts |= part
		for _, text := range []string{s.Name, s.Key, s.Service} {
			if text == "" || seen[text] {
				t.Errorf("%s: %q is empty, or stands twice", s.Service, text)
			}
			seen[text] = true
		}
		for _, k := range s.Kinds {
			if k.Kind == "" || seen[k.Words] || strings.ContainsAny(k.Kind, " _") {
				t.Errorf("%s: the kind %q has the words %q", s.Service, k.Kind, k.Words)
			}
			seen[k.Words] = true
		}
	}
	if parts != PartReferrers {
		t.Errorf("PartReferrers is %b, and the rows have %b", PartReferrers, parts)
	}
}

// Diff and Normalize see the referrers of one service in the list of all.
func TestReferrersOfOneService(t *testing.T) {
	ecs, batch := ReferrerServiceOf("ecs").Part(), ReferrerServiceOf("batch").Part()
	one := func(service string, groups ...string) Referrer {
		return Referrer{Service: service, Kind: "x", Name: "a", Groups: groups}
	}
	a := &Region{Read: ecs | batch, Referrers: []Referrer{one("ecs", "sg-2"), one("ecs", "sg-1", "sg-2"), one("batch", "sg-1")}}
	b := &Region{Read: ecs, Referrers: []Referrer{one("ecs", "sg-1")}}
	a.Normalize()
	if want := []Referrer{one("batch", "sg-1"), one("ecs", "sg-1", "sg-2")}; !reflect.DeepEqual(a.Referrers, want) {
		t.Errorf("normalised: %v", a.Referrers)
	}
	changes, unread := Diff(&Inventory{Regions: []*Region{a}}, &Inventory{Regions: []*Region{b}})
	if want := []Change{{Part: "ECS services", ID: "ecs x a", Change: Changed}}; !reflect.DeepEqual(changes, want) {
		t.Errorf("changes: %v", changes)
	}
	if want := []Unread{{Part: "Batch compute environments"}}; !reflect.DeepEqual(unread, want) {
		t.Errorf("unread: %v", unread)
	}
}
