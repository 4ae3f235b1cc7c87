-- The file that an engine opens as the calculator: see pob/init.lua.
return require("pob")(...)
