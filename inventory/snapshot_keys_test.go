package inventory

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every key of a snapshot has a name of the field, in small letters, and stands
// in docs/snapshots.md; each part has a key there, and a field for it.
func TestSnapshotKeys(t *testing.T) {
	text, err := os.ReadFile("../docs/snapshots.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	inFile := map[reflect.Type]reflect.Type{
		reflect.TypeFor[Rule](): reflect.TypeFor[ruleFile](), reflect.TypeFor[ACLEntry](): reflect.TypeFor[aclEntryFile](),
		reflect.TypeFor[StaleReference](): reflect.TypeFor[staleFile](), reflect.TypeFor[Listener](): reflect.TypeFor[listenerFile](),
	}
	form := regexp.MustCompile(`^[a-z0-9_]+$`)
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if file, ok := inFile[typ]; ok {
			typ = file
		}
		if typ.Kind() != reflect.Struct || typ.PkgPath() != reflect.TypeFor[Region]().PkgPath() || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			field := typ.Field(i)
			if field.Anonymous {
				visit(field.Type)
				continue
			}
			if typ == reflect.TypeFor[Interface]() && strings.HasPrefix(field.Name, "Planned") {
				continue // only a copy on which a plan was applied has it
			}
			key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !form.MatchString(key) {
				t.Errorf("%s.%s has the key %q in a snapshot: give it one with a json tag", typ, field.Name, key)
			} else if !strings.Contains(page, "`"+key+"`") {
				t.Errorf("%s.%s: docs/snapshots.md does not have the key %s", typ, field.Name, key)
			}
			visit(field.Type)
		}
	}
	visit(reflect.TypeFor[Inventory]())
	visit(reflect.TypeFor[head]())
	if len(seen) < 25 {
		t.Errorf("only %d types were looked at", len(seen))
	}
	for _, part := range (partEnd - 1).Each() {
		if _, ok := partFields()[part]; part != PartRules && !ok {
			t.Errorf("no field of a region has the key %q of the %s", part.row().key, part)
		}
		if !strings.Contains(page, "`"+part.row().key+"`") || part.row().key == "" {
			t.Errorf("docs/snapshots.md does not have the part %q (%s)", part.row().key, part)
		}
	}
}
