package flows

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// leftOut are files and objects that have a name of AWS and an ending that is not read, as
// those that were compressed again or renamed: they may hold records.
type leftOut []string

func (l *leftOut) add(name string) { *l = append(*l, name) }

// otherEnding reports whether a file or object has the name of a flow log of AWS that was
// asked for, but not an ending of one.
func (o *Options) otherEnding(name string) bool {
	origin, known := OriginOf(name)
	return known && !isFlowLogName(name) && !o.outside(origin.Time)
}

// stem is the name of a file of AWS up to its ending, with its folder.
func stem(name string) string {
	name = strings.ReplaceAll(name, "\\", "/")
	base, _, _ := strings.Cut(path.Base(name), ".")
	return path.Join(path.Dir(name), base)
}

// notes are one for each flow log. Files beside one that is read with the same name but for
// the ending, such as a copy or a checksum, have a note of their own: nothing is missing.
func (l leftOut) notes(list []source) (notes []Note) {
	if len(l) == 0 {
		return nil
	}
	read := map[string]bool{}
	for i := range list {
		read[stem(list[i].path)] = true
	}
	type kind struct {
		flowLog string
		beside  bool
	}
	files := map[kind][]string{}
	for _, name := range l {
		origin, _ := OriginOf(name)
		k := kind{origin.FlowLog, read[stem(name)]}
		files[k] = append(files[k], name)
	}
	for k, names := range files {
		n := Note{File: slices.Min(names), Loss: !k.beside, Text: "its name is that of a file of flow logs, with an ending that is not read: it is left out"}
		if k.beside {
			n.Text += ". A file with the same name and another ending is read"
		} else {
			n.Text += ", and its records are missing. Files of flow logs end in .log, .log.gz or .log.parquet"
		}
		if len(names) > 1 {
			n.Text += fmt.Sprintf(" (%d such files of %s)", len(names), k.flowLog)
		}
		notes = append(notes, n)
	}
	slices.SortFunc(notes, compareNotes)
	return notes
}
